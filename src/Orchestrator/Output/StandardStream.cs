using Microsoft.Win32.SafeHandles;
using Orchestrator.Linux;
using Orchestrator.Linux.Streams;

namespace Orchestrator.Output;

/// <summary>
/// Standard output or standard error, written to as it was handed to us. Not <see cref="Console.OpenStandardOutput()"/>, which takes a pipe that nobody reads
/// any more for one that takes everything; and not a <see cref="FileStream"/>, which writes at an offset of its own, over what others append to the same file.
/// </summary>
internal sealed class StandardStream : SequentialStream
{
    private readonly SafeFileHandle _descriptor;
    private readonly string _name;

    /// <param name="descriptor">Where to write.</param>
    /// <param name="name">What a person calls it.</param>
    internal StandardStream(SafeFileHandle descriptor, string name)
    {
        _descriptor = descriptor;
        _name = name;
    }

    /// <summary>Where results go.</summary>
    public static StandardStream Output { get; } = new(new SafeFileHandle(1, ownsHandle: false), "standard output");

    /// <summary>Where a person is spoken to.</summary>
    public static StandardStream Error { get; } = new(new SafeFileHandle(2, ownsHandle: false), "standard error");

    /// <summary>
    /// Lets go of the standard streams that were handed to us: who waits for the end of what this process writes, or for its terminal, waits no longer. There is nothing to
    /// read any more.
    /// </summary>
    /// <param name="log">Where all that is written goes from here on; null: nowhere.</param>
    /// <exception cref="IOException">There are too many open files.</exception>
    public static void LetGo(SafeFileHandle? log)
    {
        using var nothing = Libc.Open("/dev/null", Libc.ReadWrite);
        Libc.Redirect(0, nothing);
        Libc.Redirect(1, log ?? nothing);
        Libc.Redirect(2, log ?? nothing);
    }

    public override bool CanRead => false;

    public override bool CanWrite => true;

    /// <summary>Writes all of it.</summary>
    /// <exception cref="ReaderGoneException">Nobody reads it any more.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            Libc.WriteAll(_descriptor, buffer);
        }
        catch (IOException error) when (error.HResult == Libc.BrokenPipe)
        {
            throw Gone(error);
        }
        catch (IOException error)
        {
            throw new IOException(Libc.Describe(error.HResult), error);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Nothing is held back that could be flushed; but whoever has nothing to write learns here that nobody would read it.</summary>
    /// <exception cref="ReaderGoneException">Nobody would.</exception>
    public override void Flush()
    {
        if (Libc.IsReaderGone(_descriptor))
        {
            throw Gone(null);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private ReaderGoneException Gone(IOException? error) => new($"whoever read {_name} has gone", error);
}

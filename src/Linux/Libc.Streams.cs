using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Linux;

/// <content>Writing to what somebody else opened for us: a pipe, a terminal, a file that is shared.</content>
internal static unsafe partial class Libc
{
    public const int WouldBlock = 11;
    public const int BrokenPipe = 32;

    private const short PollOut = 4;
    private const short PollError = 8;
    private const short PollHangUp = 16;

    /// <summary>
    /// Writes all of it where the descriptor's offset is, or at the file's end if it was opened so; waits where there is no room at the moment.
    /// </summary>
    /// <exception cref="IOException"><see cref="Exception.HResult"/> is the errno.</exception>
    public static void WriteAll(SafeFileHandle file, ReadOnlySpan<byte> data)
    {
        fixed (byte* begin = data)
        {
            for (nint written = 0; written < data.Length;)
            {
                var count = Write(file, begin + written, data.Length - written);
                if (count >= 0)
                {
                    written += count;
                    continue;
                }

                var failure = Failure("write");
                if (failure.HResult == WouldBlock)
                {
                    // Whoever shares the descriptor made it non-blocking; we did not.
                    Poll(file, PollOut, -1);
                }
                else if (failure.HResult != Interrupted)
                {
                    throw failure;
                }
            }
        }
    }

    /// <summary>Whether everybody who could read what is written there has gone: a pipe's or a socket's other end is closed.</summary>
    public static bool IsReaderGone(SafeFileHandle file) => (Poll(file, 0, 0) & (PollError | PollHangUp)) != 0;

    /// <summary>
    /// Occupies those of the descriptors 0, 1 and 2 that are closed, with what cannot be written to: the next file opened would become standard output, and
    /// get what is meant for a person.
    /// </summary>
    public static void OccupyStandardDescriptors()
    {
        const int firstOther = 3;
        int descriptor;
        do
        {
            descriptor = OpenFile("/dev/null", ReadOnly, 0); // programs that we start inherit it, for the same reason
        }
        while (descriptor is >= 0 and < firstOther);

        if (descriptor >= firstOther)
        {
            new SafeFileHandle(descriptor, ownsHandle: true).Dispose();
        }
    }

    /// <summary>Has one of the descriptors 0, 1 and 2 lead elsewhere, and lets go of where it led (dup2(2)).</summary>
    /// <exception cref="IOException"><see cref="Exception.HResult"/> is the errno.</exception>
    public static void Redirect(int standard, SafeFileHandle target)
    {
        if (DuplicateOnto(target, standard) < 0)
        {
            throw Failure("dup2");
        }
    }

    /// <summary>Takes over a descriptor that whoever started us left open for us, so that no program which we start gets it.</summary>
    /// <exception cref="IOException">There is none of that number.</exception>
    public static SafeFileHandle Inherit(int descriptor)
    {
        const int setDescriptorFlags = 2; // F_SETFD of fcntl(2)
        const int closeOnExec = 1;
        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        return FileControl(file, setDescriptorFlags, closeOnExec) == 0 ? file : throw Failure("fcntl");
    }

    private static short Poll(SafeFileHandle file, short events, int timeoutMilliseconds)
    {
        var descriptor = new PollDescriptor((int)file.DangerousGetHandle(), events);
        return Poll(&descriptor, 1, timeoutMilliseconds) >= 0 ? descriptor.Returned : (short)0;
    }

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int DuplicateOnto(SafeFileHandle file, int descriptor);
}

using System.Text;
using System.Threading.Channels;

namespace Orchestrator.Tests.Operations;

/// <summary>A stream both of whose directions a test holds: what is to be read comes from <see cref="Send"/>, what was written is in <see cref="Written"/>.</summary>
internal sealed class Wire : Stream
{
    private readonly Channel<byte[]> _incoming = Channel.CreateUnbounded<byte[]>();
    private readonly MemoryStream _written = new();
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Thrown by the next write, if any.</summary>
    public Exception? Broken { get; set; }

    public string Written
    {
        get
        {
            lock (_written)
            {
                return Encoding.Latin1.GetString(_written.ToArray());
            }
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Gives one read to whoever reads.</summary>
    public void Send(string text) => Assert.True(_incoming.Writer.TryWrite(Encoding.Latin1.GetBytes(text)));

    /// <summary>Nothing more is to be read.</summary>
    public void End(Exception? error = null) => _incoming.Writer.TryComplete(error);

    /// <summary>Waits until something was written.</summary>
    public async Task WritesAsync(string text)
    {
        while (true)
        {
            Task more;
            lock (_written)
            {
                if (Written.Contains(text, StringComparison.Ordinal))
                {
                    return;
                }

                more = _more.Task;
            }

            await more.Soon();
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var bytes = await _incoming.Reader.ReadAsync(cancellationToken);
            bytes.CopyTo(buffer);
            return bytes.Length;
        }
        catch (ChannelClosedException closed)
        {
            return closed.InnerException is { } error ? throw error : 0;
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.ToArray(), 0, buffer.Length);
        return ValueTask.CompletedTask;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        if (Broken is { } broken)
        {
            throw broken;
        }

        lock (_written)
        {
            _written.Write(buffer, offset, count);
            var more = _more;
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            more.SetResult();
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

using System.Threading.Channels;

namespace Orchestrator.Drivers.Fake;

/// <summary>The reading end of a fake guest's console; what is written to the guest is dropped.</summary>
internal sealed class FakeConsoleStream(ChannelReader<byte[]> output, Action close) : Stream
{
    private ReadOnlyMemory<byte> _pending;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_pending.IsEmpty)
        {
            if (!await output.WaitToReadAsync(cancellationToken))
            {
                return 0;
            }

            if (output.TryRead(out var bytes))
            {
                _pending = bytes;
            }
        }

        var count = Math.Min(buffer.Length, _pending.Length);
        _pending[..count].CopyTo(buffer);
        _pending = _pending[count..];
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count)
    {
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        close();
        base.Dispose(disposing);
    }

    public override void SetLength(long value) => throw new NotSupportedException();
}

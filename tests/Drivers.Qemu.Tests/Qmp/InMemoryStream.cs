using System.Threading.Channels;
using Orchestrator.Linux.Streams;

namespace Orchestrator.Drivers.Qemu.Tests.Qmp;

/// <summary>
/// One end of a connection without a socket. What one end writes at once the other reads at once, never more, so a test decides
/// where reads are split. Disposing an end is a close that the other end reads as the end of the stream.
/// </summary>
internal sealed class InMemoryStream : SequentialStream
{
    private readonly Channel<ReadOnlyMemory<byte>> _incoming;
    private readonly Channel<ReadOnlyMemory<byte>> _outgoing;
    private readonly TaskCompletionSource _writeFailed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ReadOnlyMemory<byte> _rest;

    private InMemoryStream(Channel<ReadOnlyMemory<byte>> incoming, Channel<ReadOnlyMemory<byte>> outgoing)
    {
        _incoming = incoming;
        _outgoing = outgoing;
    }

    /// <summary>Completes once a write on this end has thrown.</summary>
    public Task WriteFailed => _writeFailed.Task;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    /// <summary>Makes both ends.</summary>
    /// <param name="backlog">How many writes of the first end the second may leave unread before the next one blocks.</param>
    public static (InMemoryStream First, InMemoryStream Second) CreatePair(int backlog = int.MaxValue)
    {
        var there = Channel.CreateBounded<ReadOnlyMemory<byte>>(backlog);
        var back = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
        return (new InMemoryStream(back, there), new InMemoryStream(there, back));
    }

    /// <summary>From now on the other end's writes throw, while it can still read.</summary>
    public void BreakIncoming(Exception error) => _incoming.Writer.TryComplete(error);

    /// <summary>From now on the other end's reads throw, once it has read what is under way.</summary>
    public void BreakOutgoing(Exception error) => _outgoing.Writer.TryComplete(error);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_rest.IsEmpty)
        {
            if (!await _incoming.Reader.WaitToReadAsync(cancellationToken))
            {
                return 0;
            }

            _incoming.Reader.TryRead(out _rest);
        }

        var length = Math.Min(buffer.Length, _rest.Length);
        _rest[..length].CopyTo(buffer);
        _rest = _rest[length..];
        return length;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _outgoing.Writer.WriteAsync(buffer.ToArray(), cancellationToken);
        }
        catch (ChannelClosedException e)
        {
            _writeFailed.TrySetResult();
            throw new IOException("Broken pipe", e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _outgoing.Writer.TryComplete();
        _incoming.Writer.TryComplete();
        base.Dispose(disposing);
    }
}

using Libvirt.Connections;
using Libvirt.Interop;
using Libvirt.Streams;

namespace Libvirt;

/// <summary>Bytes to and from a daemon, such as a domain's console (<c>virStreamPtr</c>, non-blocking).</summary>
/// <remarks>
/// <para>One reader and one writer at a time, of each other independent. No thread waits: libvirt's event loop says when to go on. The
/// synchronous
/// members wait for the asynchronous ones.</para>
/// <para>What has arrived and is not read yet is kept by libvirt in memory without bound: read, or dispose.</para>
/// <para>End of stream means that the other side has closed it, as when the domain is over. A lost connection is an
/// <see cref="IOException"/> whose
/// inner exception is a <see cref="LibvirtException"/>.</para>
/// </remarks>
public sealed class LibvirtStream : Stream
{
    private readonly StreamHandle _handle;
    private readonly ConnectionState _connection;
    private readonly StreamReadiness _readiness = new();
    private volatile bool _atEnd;
    private int _disposed;

    private LibvirtStream(StreamHandle handle, ConnectionState connection)
    {
        _handle = handle;
        _connection = connection;
    }

    /// <inheritdoc/>
    public override bool CanRead => _disposed == 0;

    /// <inheritdoc/>
    public override bool CanWrite => _disposed == 0;

    /// <summary>Never.</summary>
    public override bool CanSeek => false;

    /// <summary>Not supported.</summary>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    internal static StreamHandle CreateHandle(ConnectionHandle connection)
    {
        var handle = new StreamHandle(connection);
        var pointer = NativeMethods.virStreamNew(connection, NativeMethods.StreamNonBlocking);
        if (pointer == 0)
        {
            var error = NativeErrors.Last();
            handle.Dispose();
            throw error;
        }

        handle.Own(pointer);
        return handle;
    }

    /// <summary>Takes over a stream that a function has connected to something.</summary>
    internal static LibvirtStream Attach(StreamHandle handle, ConnectionState connection)
    {
        var stream = new LibvirtStream(handle, connection);
        try
        {
            stream._readiness.Attach(handle);
            connection.Add(stream._readiness);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads what is there, or waits until something is (<c>virStreamRecv</c>).</summary>
    /// <param name="buffer">Where to put it.</param>
    /// <param name="cancellationToken">Ends the waiting; nothing is lost.</param>
    /// <returns>The number of bytes; 0 at the end of the stream.</returns>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty && !_atEnd)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Receive(buffer.Span);
            if (count != NativeMethods.WouldBlock)
            {
                _atEnd = count == 0;
                return count;
            }

            await _readiness.WaitAsync(_handle, toWrite: false, cancellationToken);
        }

        return 0;
    }

    /// <summary>Hands all of it to libvirt (<c>virStreamSend</c>).</summary>
    /// <param name="buffer">What to write.</param>
    /// <param name="cancellationToken">Ends the waiting; some of it may be written.</param>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Send(buffer.Span);
            if (count == NativeMethods.WouldBlock)
            {
                await _readiness.WaitAsync(_handle, toWrite: true, cancellationToken);
                continue;
            }

            buffer = buffer[count..];
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <summary>Does nothing: what was written is libvirt's already.</summary>
    public override void Flush()
    {
    }

    /// <summary>Not supported.</summary>
    /// <param name="offset">Unused.</param>
    /// <param name="origin">Unused.</param>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    /// <param name="value">Unused.</param>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // Without disposing, the handle's finalizer frees the stream, and libvirt aborts it then.
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _connection.Remove(_readiness);
            _ = NativeMethods.virStreamEventRemoveCallback(_handle);
            _ = _atEnd ? NativeMethods.virStreamFinish(_handle) : NativeMethods.virStreamAbort(_handle);
            _handle.Dispose();
            _readiness.End();
        }

        base.Dispose(disposing);
    }

    private unsafe int Receive(Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            return CheckTransfer(NativeMethods.virStreamRecv(_handle, bytes, (nuint)buffer.Length));
        }
    }

    private unsafe int Send(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            return CheckTransfer(NativeMethods.virStreamSend(_handle, bytes, (nuint)buffer.Length));
        }
    }

    private static int CheckTransfer(int result)
    {
        if (result is >= 0 or NativeMethods.WouldBlock)
        {
            return result;
        }

        var error = NativeErrors.Last();
        throw new IOException(error.Message, error);
    }
}

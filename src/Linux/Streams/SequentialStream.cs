namespace Orchestrator.Linux.Streams;

/// <summary>A stream without positions: bytes come, or go, one after another.</summary>
internal abstract class SequentialStream : Stream
{
    /// <summary>Never.</summary>
    public sealed override bool CanSeek => false;

    /// <summary>Not supported.</summary>
    public sealed override long Length => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    public sealed override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Not supported.</summary>
    /// <param name="offset">Unused.</param>
    /// <param name="origin">Unused.</param>
    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    /// <param name="value">Unused.</param>
    public sealed override void SetLength(long value) => throw new NotSupportedException();
}

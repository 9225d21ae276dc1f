using System.Buffers;
using System.IO.Pipelines;

namespace Orchestrator.Drivers.Qemu.Qmp;

/// <summary>
/// Cuts QEMU's byte stream into messages. QEMU ends each with CR LF and, unless asked for pretty printing, puts no line end inside
/// (<c>docs/interop/qmp-spec</c>, "General Definitions").
/// </summary>
/// <param name="stream">Read from, never disposed.</param>
/// <param name="maxBytes">The longest message taken.</param>
internal sealed class QmpLineReader(Stream stream, int maxBytes)
{
    private readonly PipeReader _reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));

    // How much of an unfinished message was searched already: without it a long one would be searched again with every read.
    private long _searched;

    /// <summary>Waits for the next message.</summary>
    /// <returns>The message without its line end (a CR may remain: JSON calls it white space); null at the end of the stream.</returns>
    /// <exception cref="InvalidDataException">The message is longer than allowed.</exception>
    /// <exception cref="EndOfStreamException">The stream ended in the middle of a message.</exception>
    public async ValueTask<byte[]?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await _reader.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            var end = buffer.Slice(_searched).PositionOf((byte)'\n');
            var line = end is null ? buffer : buffer.Slice(0, end.Value);
            if (line.Length > maxBytes)
            {
                throw new InvalidDataException($"QEMU sent a QMP message of more than {maxBytes} bytes");
            }

            if (end is not null)
            {
                var message = line.ToArray();
                _reader.AdvanceTo(buffer.GetPosition(1, end.Value));
                _searched = 0;
                return message;
            }

            _searched = buffer.Length;
            _reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                return buffer.IsEmpty
                    ? null
                    : throw new EndOfStreamException("QEMU closed the QMP connection in the middle of a message");
            }
        }
    }

    /// <summary>Returns the buffers. Nothing may be read afterwards.</summary>
    public ValueTask CompleteAsync() => _reader.CompleteAsync();
}

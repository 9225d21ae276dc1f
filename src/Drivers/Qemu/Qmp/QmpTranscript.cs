using System.Buffers;
using System.Globalization;
using System.Text;
using Orchestrator.Linux.Files;

namespace Orchestrator.Drivers.Qemu.Qmp;

/// <summary>
/// Every QMP message of a run, one a line: UTC time, direction (<c>&gt;</c> to QEMU, <c>&lt;</c> from QEMU, <c>#</c> a remark of ours)
/// and the message. It holds no secret, because QMP as used here carries none: the configuration reaches the guest in a file of which
/// QMP knows only the path. Keep it so: never send a secret as a command's argument.
/// </summary>
/// <remarks>
/// Thread-safe. Each line is one write to the operating system, so a killed orchestrator loses none of them; a run exchanges some
/// dozens. The size is bounded because a guest can raise events without end. A transcript that cannot be written (disk full) stops;
/// the conversation goes on.
/// </remarks>
internal sealed class QmpTranscript : IDisposable
{
    /// <summary>The default bound, in bytes: 4 MiB.</summary>
    public const long DefaultMaxBytes = 4 * 1024 * 1024;

    /// <summary>A longer message is cut here, in bytes.</summary>
    public const int MaxLineBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly Stream _stream;
    private readonly TimeProvider _time;
    private readonly long _maxBytes;
    private long _written;
    private bool _stopped;

    /// <summary>Writes to any stream, which it then owns. What the stream holds already counts against the bound.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="time">The clock for the time stamps.</param>
    /// <param name="maxBytes">The bound; reaching it is said once, in one last line beyond it.</param>
    public QmpTranscript(Stream stream, TimeProvider time, long maxBytes = DefaultMaxBytes)
    {
        _stream = stream;
        _time = time;
        _maxBytes = maxBytes;
        _written = stream.CanSeek ? stream.Length : 0;
        _stopped = _written > maxBytes;
    }

    /// <summary>Appends to a file, which is made with mode 0600 if it is missing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="time">The clock for the time stamps.</param>
    /// <param name="maxBytes">The bound on the file's size.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be opened.</exception>
    public static QmpTranscript Open(string path, TimeProvider time, long maxBytes = DefaultMaxBytes) =>
        new(PrivateFile.Append(path), time, maxBytes);

    /// <summary>Notes a message to QEMU.</summary>
    public void Sent(ReadOnlySpan<byte> message) => Write((byte)'>', message);

    /// <summary>Notes a message from QEMU, be it well-formed or not.</summary>
    public void Received(ReadOnlySpan<byte> message) => Write((byte)'<', message);

    /// <summary>Notes a remark.</summary>
    public void Remark(string text) => Write((byte)'#', Encoding.UTF8.GetBytes(text));

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            _stream.Dispose();
        }
    }

    private void Write(byte direction, ReadOnlySpan<byte> message)
    {
        message = message.TrimEnd("\r\n"u8);
        var dropped = Math.Max(0, message.Length - MaxLineBytes);
        var line = Format(direction, message[..^dropped], dropped == 0 ? "" : $"... ({dropped} more bytes)");
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }

            if (_written + line.Length > _maxBytes)
            {
                _stopped = true;
                line = Format((byte)'#', "the transcript is full: what follows is not written down"u8, "");
            }

            try
            {
                _stream.Write(line);
                _stream.Flush();
                _written += line.Length;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The transcript serves whoever looks into a failure; it must never be the cause of one.
                _stopped = true;
            }
        }
    }

    private byte[] Format(byte direction, ReadOnlySpan<byte> message, string ending)
    {
        ArrayBufferWriter<byte> line = new(message.Length + 80);
        var stamp = line.GetSpan(40);
        _time.GetUtcNow().UtcDateTime.TryFormat(stamp, out var length, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        line.Advance(length);
        line.Write([(byte)' ', direction, (byte)' ']);

        // Both sides speak ASCII and escape the rest, so anything else is garbage: it must neither forge a line nor drive a terminal.
        var text = line.GetSpan(message.Length)[..message.Length];
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = message[i] is >= 0x20 and < 0x7F ? message[i] : (byte)'?';
        }

        line.Advance(message.Length);
        line.Write(Encoding.ASCII.GetBytes(ending));
        line.Write("\n"u8);
        return line.WrittenSpan.ToArray();
    }
}

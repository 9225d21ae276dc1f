using Orchestrator.Linux.Streams;

namespace Orchestrator.Cli;

/// <summary>
/// Lets a hostile guest's console through to a person's terminal without letting the guest command the terminal: text, line ends, tabs and
/// colours pass; every other control character and escape sequence (titles, clipboard, cursor reports, …) is dropped. ECMA-48 names the parts.
/// </summary>
internal sealed class SafeTerminalStream(Stream terminal) : SequentialStream
{
    private const byte Escape = 0x1B;
    private const byte Bell = 0x07;
    private const byte C1Lead = 0xC2; // C1 controls are U+0080..U+009F, in UTF-8 C2 80..C2 9F
    private const int LongestSequence = 32;

    private readonly List<byte> _sequence = [];
    private State _state;

    private enum State
    {
        Text,
        AfterC1Lead,
        AfterEscape,
        ControlSequence,
        ControlString,
        ControlStringEscape,
    }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        await terminal.WriteAsync(Filter(buffer.Span), cancellationToken);

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => terminal.Write(Filter(buffer.AsSpan(offset, count)));

    /// <inheritdoc/>
    public override void Flush() => terminal.Flush();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private byte[] Filter(ReadOnlySpan<byte> bytes)
    {
        var passed = new List<byte>(bytes.Length);
        foreach (var value in bytes)
        {
            _state = Take(value, passed);
        }

        return [.. passed];
    }

    private State Take(byte value, List<byte> passed)
    {
        switch (_state)
        {
            case State.AfterC1Lead when value is >= 0x80 and < 0xA0:
                return State.Text;
            case State.AfterC1Lead:
                passed.Add(C1Lead);
                return TakeText(value, passed);
            case State.AfterEscape:
                return value switch
                {
                    (byte)'[' => BeginSequence(),
                    (byte)']' or (byte)'P' or (byte)'X' or (byte)'^' or (byte)'_' => State.ControlString,
                    >= 0x20 and <= 0x2F => State.AfterEscape, // an intermediate byte: the final one follows
                    Escape => State.AfterEscape,
                    _ => State.Text,
                };
            case State.ControlSequence:
                return TakeSequence(value, passed);
            case State.ControlString:
                return value switch { Bell => State.Text, Escape => State.ControlStringEscape, _ => State.ControlString };
            case State.ControlStringEscape:
                return value == (byte)'\\' ? State.Text : State.ControlString;
            default:
                return TakeText(value, passed);
        }
    }

    private static State TakeText(byte value, List<byte> passed)
    {
        switch (value)
        {
            case Escape:
                return State.AfterEscape;
            case C1Lead:
                return State.AfterC1Lead;
            case (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)'\b':
            case >= 0x20 and not 0x7F:
                passed.Add(value);
                return State.Text;
            default:
                return State.Text;
        }
    }

    private State BeginSequence()
    {
        _sequence.Clear();
        return State.ControlSequence;
    }

    // ECMA-48 5.4: parameter bytes 30..3F and intermediate bytes 20..2F, then one final byte 40..7E; 'm' is SGR, which only colours.
    private State TakeSequence(byte value, List<byte> passed)
    {
        if (value is >= 0x20 and <= 0x3F && _sequence.Count < LongestSequence)
        {
            _sequence.Add(value);
            return State.ControlSequence;
        }

        if (value == (byte)'m' && _sequence.TrueForAll(parameter => parameter is >= (byte)'0' and <= (byte)';'))
        {
            passed.AddRange([Escape, (byte)'[', .. _sequence, value]);
        }

        return value == Escape ? State.AfterEscape : State.Text;
    }
}

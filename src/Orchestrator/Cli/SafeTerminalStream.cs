using System.Globalization;
using System.Text;
using Orchestrator.Linux.Streams;

namespace Orchestrator.Cli;

/// <summary>
/// Lets a hostile guest's console through to a person's terminal without letting the guest command the terminal: text, line ends, tabs and
/// colours pass, as valid UTF-8; every other control character (C0 and C1) and escape sequence (titles, clipboard, cursor reports, …) is dropped, and so
/// are characters that turn the direction of writing around. ECMA-48 names the parts.
/// </summary>
internal sealed class SafeTerminalStream(Stream terminal) : SequentialStream
{
    private const char Escape = '\e';
    private const char Bell = '\a';
    private const int LongestSequence = 32;

    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder(); // keeps what a write cut in two; invalid bytes become U+FFFD
    private readonly StringBuilder _sequence = new();
    private State _state;

    private enum State
    {
        Text,
        AfterEscape,
        ControlSequence,
        ControlString,
    }

    public override bool CanRead => false;

    public override bool CanWrite => true;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        await terminal.WriteAsync(Filter(buffer.Span), cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => terminal.Write(Filter(buffer.AsSpan(offset, count)));

    public override void Flush() => terminal.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private byte[] Filter(ReadOnlySpan<byte> bytes)
    {
        var text = new char[_decoder.GetCharCount(bytes, flush: false)];
        var passed = new StringBuilder(text.Length);
        foreach (var rune in text.AsSpan(0, _decoder.GetChars(bytes, text, flush: false)).EnumerateRunes())
        {
            _state = Take(rune, passed);
        }

        return Encoding.UTF8.GetBytes(passed.ToString());
    }

    private State Take(Rune rune, StringBuilder passed)
    {
        switch (_state)
        {
            case State.AfterEscape when rune.Value is '[':
                _sequence.Clear();
                return State.ControlSequence;
            case State.AfterEscape when rune.Value is ']' or 'P' or 'X' or '^' or '_':
                return State.ControlString;
            case State.AfterEscape when rune.Value is >= 0x20 and <= 0x2F:
                return State.AfterEscape; // an intermediate character: the final one follows
            case State.AfterEscape when rune.Value is >= 0x30 and <= 0x7E:
                return State.Text;
            case State.ControlSequence when rune.Value is >= 0x20 and <= 0x7E:
                return TakeSequence((char)rune.Value, passed);

            // Ends with ST, which is an escape sequence; where the guest never ends it, what follows on the next line is to be seen none the less.
            case State.ControlString when rune.Value is not (Escape or Bell or '\n'):
                return State.ControlString;
            default:
                return TakeText(rune, passed);
        }
    }

    private static State TakeText(Rune rune, StringBuilder passed)
    {
        if (rune.Value is '\n' or '\r' or '\t' or '\b' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format))
        {
            passed.Append(rune);
        }

        return rune.Value == Escape ? State.AfterEscape : State.Text;
    }

    // ECMA-48 5.4: parameter bytes 30..3F and intermediate bytes 20..2F, then one final byte 40..7E; 'm' is SGR, which only colours.
    private State TakeSequence(char character, StringBuilder passed)
    {
        if (character <= 0x3F && _sequence.Length < LongestSequence)
        {
            _sequence.Append(character);
            return State.ControlSequence;
        }

        if (character == 'm' && _sequence.ToString().All(parameter => parameter is >= '0' and <= ';'))
        {
            passed.Append(Escape).Append('[').Append(_sequence).Append(character);
        }

        return State.Text;
    }
}

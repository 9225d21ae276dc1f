using System.Globalization;
using System.Text;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>
/// What a person sees on a terminal to which all of this was written: text, and the few commands of ECMA-48 that move the cursor, erase, and hide or
/// show the cursor. Nothing scrolls away.
/// </summary>
public sealed class TerminalScreen
{
    private readonly List<StringBuilder> _lines = [new()];
    private readonly int _columns;
    private int _row;
    private int _column;

    private TerminalScreen(int columns) => _columns = columns;

    /// <summary>The lines, without what is blank at their ends.</summary>
    public IReadOnlyList<string> Lines => [.. _lines.Select(line => line.ToString().TrimEnd())];

    /// <summary>Everything in one line, as if the terminal were wide.</summary>
    public string Text => string.Join(' ', Lines.Where(line => line.Length > 0));

    public bool CursorVisible { get; private set; } = true;

    /// <summary>Looks at it.</summary>
    public static TerminalScreen After(string written, int columns)
    {
        var screen = new TerminalScreen(columns);
        for (var index = 0; index < written.Length; index++)
        {
            if (written[index] == '\e')
            {
                index = screen.Obey(written, index + 1);
            }
            else
            {
                screen.Take(written[index]);
            }
        }

        return screen;
    }

    private void Take(char character)
    {
        switch (character)
        {
            case '\r':
                _column = 0;
                break;
            case '\n':
                MoveTo(_row + 1);
                break;
            case '\b':
                _column = Math.Max(0, _column - 1);
                break;
            case >= ' ':
                if (_column == _columns)
                {
                    _column = 0;
                    MoveTo(_row + 1);
                }

                var line = _lines[_row];
                line.Append(' ', Math.Max(0, _column + 1 - line.Length));
                line[_column++] = character;
                break;
        }
    }

    // A sequence that is not all there yet is waited for: nothing follows it.
    private int Obey(string written, int index)
    {
        if (index >= written.Length || written[index] != '[')
        {
            return index;
        }

        var begin = index + 1;
        for (index = begin; index < written.Length && written[index] is >= ' ' and < '@'; index++)
        {
        }

        if (index < written.Length)
        {
            var parameters = written[begin..index];
            var number = int.TryParse(parameters, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 1;
            switch (written[index], parameters)
            {
                case ('A', _):
                    MoveTo(Math.Max(0, _row - number));
                    break;
                case ('K', "2"):
                    _lines[_row].Clear();
                    break;
                case ('l', "?25"):
                    CursorVisible = false;
                    break;
                case ('h', "?25"):
                    CursorVisible = true;
                    break;
                case ('m' or 'h' or 'l', _):
                    break;
                default:
                    throw new NotSupportedException($"this screen knows no control sequence {parameters}{written[index]}");
            }
        }

        return index;
    }

    private void MoveTo(int row)
    {
        _row = row;
        while (_lines.Count <= row)
        {
            _lines.Add(new StringBuilder());
        }
    }
}

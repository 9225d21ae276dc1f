using System.Globalization;
using System.Text;
using System.Text.Json;
using Orchestrator.Drivers;

namespace Orchestrator.Configuration;

/// <summary>Collects everything that is wrong, so that the user mends it in one go.</summary>
/// <param name="file">The file's name, for messages.</param>
internal sealed class SourceProblems(string file)
{
    private const int MostShown = 50;

    private readonly List<(int Line, string Text)> _problems = [];

    /// <summary>The file's name, for messages.</summary>
    public string File => file;

    /// <summary>How many were reported so far.</summary>
    public int Count => _problems.Count;

    /// <summary>The problems as lines, in the order of the file.</summary>
    public IEnumerable<string> Lines => _problems.OrderBy(problem => problem.Line).Select(problem => problem.Text);

    /// <summary>Reports a problem.</summary>
    /// <param name="line">The line, or null where there is none to name.</param>
    /// <param name="path">The JSON path; empty for the document.</param>
    /// <param name="problem">What is wrong and the remedy.</param>
    public void Add(int? line, string path, string problem) =>
        _problems.Add((line ?? 0, $"{new SourceLocation(file, line, path)}: {problem}"));

    /// <summary>Reports a key that is not known.</summary>
    public void AddUnknownKey(int line, string path, string key, IEnumerable<string> known)
    {
        var remedy = NearName.Find(key, known) is { } near
            ? $"did you mean {JsonText.Quote(near)}?"
            : $"known keys: {string.Join(", ", known)}";
        Add(line, path, $"unknown key {JsonText.Quote(key)}: {remedy}");
    }

    /// <summary>Throws one exception that has every problem as a line of its message.</summary>
    /// <exception cref="ConfigurationException">There is a problem.</exception>
    public void ThrowIfAny()
    {
        if (Count > 0)
        {
            throw new ConfigurationException(Combine(Lines));
        }
    }

    /// <summary>The lines as one message; the tail of a very long list is only counted.</summary>
    public static string Combine(IEnumerable<string> lines)
    {
        var all = lines.ToList();
        if (all.Count > MostShown)
        {
            var hidden = all.Count - MostShown;
            all.RemoveRange(MostShown, hidden);
            all.Add($"… and {hidden} more");
        }

        return string.Join('\n', all);
    }

    /// <summary>The exception for a document that cannot be read on past this point.</summary>
    public ConfigurationException Fatal(int line, string problem) => new($"{new SourceLocation(file, line, "")}: {problem}");

    /// <summary>What a syntax error is about, in words that need no knowledge of the JSON reader.</summary>
    public ConfigurationException Syntax(JsonException exception, int line, Rune found)
    {
        var cause = exception.Message;
        if (cause.IndexOf(" LineNumber:", StringComparison.Ordinal) is >= 0 and var end)
        {
            cause = cause[..end];
        }

        if (Rune.GetUnicodeCategory(found) is UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation || found.Value is '\'' or '„')
        {
            cause = $"{found} is no quotation mark of JSON: write \"";
        }
        else if (found.Value > 0x7F && (Rune.IsWhiteSpace(found) || Rune.GetUnicodeCategory(found) == UnicodeCategory.Format))
        {
            cause = $"an invisible character, U+{found.Value:X4}{(found.Value == 0xA0 ? " (a no-break space)" : "")}, that JSON does not know: write a space";
        }
        else if (found.Value == '/')
        {
            cause = "comments are not part of JSON: remove it";
        }
        else if (cause.Contains("trailing comma", StringComparison.Ordinal))
        {
            cause = "there is a comma before the closing bracket: remove it";
        }
        else
        {
            cause = string.Concat(cause.Select(character => char.IsControl(character) ? ' ' : character)).TrimEnd('.');
        }

        return Fatal(line, $"not valid JSON: {cause}");
    }
}

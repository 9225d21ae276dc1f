using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>
/// A name that is safe wherever it ends up: in a path, in XML, in an option of QEMU's, in a terminal. It cannot begin like an option.
/// </summary>
internal sealed class NameKind : ValueKind<string>
{
    /// <summary>The regular expression (ECMA-262) that such names match, from end to end.</summary>
    public const string Pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$";
    private const int LongestName = 63;

    public override string Expectation =>
        "1 to 63 ASCII letters, digits, '.', '_' or '-', the first a letter or a digit";

    /// <summary>Whether the text is such a name.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= LongestName
        && char.IsAsciiLetterOrDigit(text[0])
        && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-');

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", Pattern);
    }

    public override string? Read(SourceValue value, out string? problem)
    {
        problem = value.Kind == JsonValueKind.String && IsName(value.Text) ? null : Mismatch(value);
        return value.Text;
    }
}

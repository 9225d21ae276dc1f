using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>What an instance calls its base image: a path, or an image of the catalogue.</summary>
internal sealed class ImageReferenceKind : ValueKind<string>
{
    private const string Prefix = "catalogue:";

    public override string Expectation => $"a path, or {Prefix}NAME";

    /// <summary>The name of the catalogue's image; null where it is a path.</summary>
    public static string? NameIn(string reference) => reference.StartsWith(Prefix, StringComparison.Ordinal) ? reference[Prefix.Length..] : null;

    /// <summary>How an instance calls an image of the catalogue.</summary>
    public static string Of(string name) => Prefix + name;

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", $"^(?!{Prefix})[^\\u0000]+$|^{Prefix}{NameKind.Pattern[1..]}");
    }

    public override string? Read(SourceValue value, out string? problem)
    {
        problem = null;
        var text = new TextKind("a path").Read(value, out var mismatch);
        if (mismatch is not null)
        {
            problem = mismatch;
        }
        else if (NameIn(text!) is { } name && !NameKind.IsName(name))
        {
            problem = $"must be {Expectation}, not {value.Shown}: a file whose name begins like that is ./{Prefix}…";
        }

        return text;
    }
}

using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>A JSON value that remembers where it was written.</summary>
internal sealed class SourceValue
{
    /// <summary>What it is; never <see cref="JsonValueKind.Undefined"/>.</summary>
    public required JsonValueKind Kind { get; init; }

    /// <summary>The line it begins on, counted from 1.</summary>
    public required int Line { get; init; }

    /// <summary>A string's characters; a number exactly as written; otherwise empty.</summary>
    public string Text { get; init; } = "";

    /// <summary>An object's properties, in order.</summary>
    public IReadOnlyList<SourceProperty> Properties { get; init; } = [];

    /// <summary>An array's items.</summary>
    public IReadOnlyList<SourceValue> Items { get; init; } = [];

    /// <summary>The bytes of the document that it is written with.</summary>
    public Range Extent { get; init; }

    /// <summary>It comes from where there are no types, a flag or an environment variable: a number is then written like a string.</summary>
    public bool IsUntyped { get; init; }

    /// <summary>The value for a message: quoted, escaped, on one line and not too long.</summary>
    public string Shown => Kind switch
    {
        JsonValueKind.String => JsonText.Quote(Text),
        JsonValueKind.Number => JsonText.Shorten(Text),
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "null",
    };

    /// <summary>A value from a flag or an environment variable.</summary>
    public static SourceValue Untyped(string text) =>
        new() { Kind = JsonValueKind.String, Line = 0, Text = text, IsUntyped = true };
}

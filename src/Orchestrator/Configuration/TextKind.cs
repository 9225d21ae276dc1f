using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>Text that is not empty and has no NUL, which ends a string wherever C reads it: paths above all.</summary>
/// <param name="what">What the text is: "a path".</param>
internal sealed class TextKind(string what) : ValueKind<string>
{
    /// <inheritdoc/>
    public override string Expectation => what;

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", "^[^\\u0000]+$");
    }

    /// <inheritdoc/>
    public override string? Read(SourceValue value, out string? problem)
    {
        var fits = value.Kind == JsonValueKind.String && value.Text.Length > 0 && !value.Text.Contains('\0', StringComparison.Ordinal);
        problem = fits ? null : $"must be {what}, not empty and without NUL, not {value.Shown}";
        return value.Text;
    }
}

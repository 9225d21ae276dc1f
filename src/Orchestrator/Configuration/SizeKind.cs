using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>A number of bytes: a JSON number, or text as <see cref="ByteSize"/> reads it.</summary>
/// <param name="minimum">The least, in bytes.</param>
/// <param name="maximum">The most, in bytes.</param>
/// <param name="multiple">What it is a multiple of, in bytes.</param>
internal sealed class SizeKind(long minimum, long maximum, long multiple) : ValueKind<long>
{
    // What people write who know sizes from elsewhere: "4GB", "4GiB", "4 G".
    private static readonly string[] ForeignEndings = ["IB", "B"];

    public override string Expectation =>
        $"a size from {new ByteSize(minimum).ToExactString()} to {new ByteSize(maximum).ToExactString()}, such as \"4G\" or \"512M\"";

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("anyOf");
        writer.WriteStartObject();
        writer.WriteString("type", "string");
        writer.WriteString("pattern", ByteSize.Pattern);
        writer.WriteEndObject();
        writer.WriteStartObject();
        writer.WriteString("type", "integer");
        writer.WriteNumber("minimum", minimum);
        writer.WriteNumber("maximum", maximum);
        writer.WriteNumber("multipleOf", multiple);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    public override long Read(SourceValue value, out string? problem)
    {
        problem = null;
        if (!TryReadBytes(value, out var bytes))
        {
            problem = Mismatch(value);
            if (value.Kind == JsonValueKind.String && Mend(value.Text) is { } mended)
            {
                problem = $"{problem}: write {JsonText.Quote(mended)}";
            }

            return 0;
        }

        if (bytes < minimum || bytes > maximum)
        {
            problem = Mismatch(value);
        }
        else if (bytes % multiple != 0)
        {
            var above = new ByteSize((bytes / multiple + 1) * multiple).ToExactString();
            problem = $"must be a multiple of {new ByteSize(multiple)}, which {value.Shown} is not: write {JsonText.Quote(above)}";
        }

        return bytes;
    }

    private static bool TryReadBytes(SourceValue value, out long bytes)
    {
        bytes = 0;
        if (value.Kind == JsonValueKind.String && ByteSize.TryParse(value.Text, out var size))
        {
            bytes = size.Bytes;
            return true;
        }

        if (value.Kind == JsonValueKind.Number
            && decimal.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && decimal.IsInteger(number)
            && number >= 0
            && number <= long.MaxValue)
        {
            bytes = (long)number;
            return true;
        }

        return false;
    }

    private static string? Mend(string text)
    {
        var compact = text.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        if (ByteSize.TryParse(compact, out _))
        {
            return compact;
        }

        foreach (var ending in ForeignEndings)
        {
            if (compact.EndsWith(ending, StringComparison.Ordinal) && ByteSize.TryParse(compact[..^ending.Length], out _))
            {
                return compact[..^ending.Length];
            }
        }

        return null;
    }
}

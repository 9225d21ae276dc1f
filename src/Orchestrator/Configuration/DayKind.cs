using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>A day of the calendar (ISO 8601).</summary>
internal sealed class DayKind : ValueKind<DateOnly>
{
    private const string Format = "yyyy-MM-dd";

    public override string Expectation => "a day, such as \"2026-11-01\"";

    /// <summary>A day as it is written.</summary>
    public static string TextOf(DateOnly day) => day.ToString(Format, CultureInfo.InvariantCulture);

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("format", "date");
    }

    public override DateOnly Read(SourceValue value, out string? problem)
    {
        var day = default(DateOnly);
        problem = value.Kind == JsonValueKind.String && DateOnly.TryParseExact(value.Text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out day)
            ? null
            : Mismatch(value);
        return day;
    }
}

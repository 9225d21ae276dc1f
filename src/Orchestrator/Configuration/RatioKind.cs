using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>A share of something, as a decimal fraction; above 1 it is more than all of it.</summary>
internal sealed class RatioKind(decimal minimum, decimal maximum) : ValueKind<decimal>
{
    /// <inheritdoc/>
    public override string Expectation =>
        $"a number from {minimum.ToString(CultureInfo.InvariantCulture)} to {maximum.ToString(CultureInfo.InvariantCulture)}";

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "number");
        writer.WriteNumber("minimum", minimum);
        writer.WriteNumber("maximum", maximum);
    }

    /// <inheritdoc/>
    public override decimal Read(SourceValue value, out string? problem)
    {
        problem = null;
        if ((value.Kind == JsonValueKind.Number || value.IsUntyped)
            && decimal.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number >= minimum
            && number <= maximum)
        {
            return number;
        }

        problem = Mismatch(value);
        return 0;
    }
}

using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>A whole number in a range. As in JSON Schema, <c>4.0</c> is one.</summary>
internal sealed class WholeNumberKind(int minimum, int maximum, string unit = "") : ValueKind<int>
{
    /// <inheritdoc/>
    public override string Expectation =>
        $"a whole number{unit} from {minimum.ToString(CultureInfo.InvariantCulture)} to {maximum.ToString(CultureInfo.InvariantCulture)}";

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "integer");
        writer.WriteNumber("minimum", minimum);
        writer.WriteNumber("maximum", maximum);
    }

    /// <inheritdoc/>
    public override int Read(SourceValue value, out string? problem)
    {
        if ((value.Kind == JsonValueKind.Number || value.IsUntyped)
            && decimal.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && decimal.IsInteger(number)
            && number >= minimum
            && number <= maximum)
        {
            problem = null;
            return (int)number;
        }

        problem = Mismatch(value);
        return 0;
    }
}

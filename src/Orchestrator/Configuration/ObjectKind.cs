using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>Any JSON object.</summary>
internal sealed class ObjectKind : ValueKind<SourceValue>
{
    /// <inheritdoc/>
    public override string Expectation => "an object ({ … })";

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer) => writer.WriteString("type", "object");

    /// <inheritdoc/>
    public override SourceValue? Read(SourceValue value, out string? problem)
    {
        problem = value.Kind == JsonValueKind.Object ? null : Mismatch(value);
        return value;
    }
}

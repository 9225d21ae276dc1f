using System.Text;
using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>A file of cloud-init's: its text, or a JSON value to write into it.</summary>
/// <param name="mayBeArray">That value may be an array, and not only an object.</param>
internal sealed class SeedFileKind(bool mayBeArray = false) : ValueKind<SourceValue>
{
    /// <summary>How many bytes it may have as it is written in the file, in KiB: far more than any cloud takes, since a config drive is not for data.</summary>
    public const int MostKibibytes = 1024;

    public override string Expectation => mayBeArray ? "a text, an object ({ … }) or an array ([ … ])" : "a text or an object ({ … })";

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("type");
        writer.WriteStringValue("string");
        writer.WriteStringValue("object");
        if (mayBeArray)
        {
            writer.WriteStringValue("array");
        }

        writer.WriteEndArray();
    }

    public override SourceValue? Read(SourceValue value, out string? problem)
    {
        var fits = value.Kind is JsonValueKind.String or JsonValueKind.Object || (mayBeArray && value.Kind == JsonValueKind.Array);
        var bytes = value.Kind == JsonValueKind.String ? Encoding.UTF8.GetByteCount(value.Text) : value.Extent.End.Value - value.Extent.Start.Value;
        problem = !fits ? Mismatch(value)
            : bytes > MostKibibytes << 10 ? $"must have {MostKibibytes} KiB at most, not {(bytes + 1023) >> 10}: have the guest fetch what is large"
            : null;
        return value;
    }
}

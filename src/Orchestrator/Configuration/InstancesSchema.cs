using System.Buffers;
using System.Text;
using System.Text.Json;
using Orchestrator.Drivers;

namespace Orchestrator.Configuration;

/// <summary>The JSON Schema of <c>instances.json</c>, made from the table of keys that the loader goes by.</summary>
public static class InstancesSchema
{
    /// <summary>The schema, draft 2020-12, indented, with a newline at its end.</summary>
    /// <param name="drivers">The drivers there are.</param>
    public static string Write(IReadOnlyList<DriverRegistration> drivers)
    {
        var keys = InstanceKeys.For(drivers);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions with { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            writer.WriteString("title", "Instances");
            writer.WriteString("description", "The machines that orchestrator runs ephemeral copies of.");
            writer.WriteString("type", "array");
            writer.WriteStartObject("items");
            writer.WriteString("type", "object");
            writer.WriteStartObject("properties");
            foreach (var key in keys)
            {
                key.WriteSchema(writer);
            }

            writer.WriteEndObject();
            writer.WriteStartArray("required");
            foreach (var key in keys.Where(key => key.IsRequired))
            {
                writer.WriteStringValue(key.Name);
            }

            writer.WriteEndArray();
            writer.WriteBoolean("additionalProperties", false);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + '\n';
    }
}

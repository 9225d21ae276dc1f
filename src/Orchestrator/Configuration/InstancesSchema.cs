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
            WriteSection(writer, keys, "");
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + '\n';
    }

    private static void WriteSection(Utf8JsonWriter writer, IReadOnlyList<ConfigurationKey<InstanceDraft>> keys, string section)
    {
        var own = keys.Where(key => key.Section == section).ToList();
        if (own.Count == 0)
        {
            return; // it is no section, but a value
        }

        writer.WriteStartObject("properties");
        foreach (var key in own)
        {
            writer.WriteStartObject(key.OwnName);
            key.WriteSchema(writer);
            WriteSection(writer, keys, key.Name);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteStartArray("required");
        foreach (var key in own.Where(key => key.IsRequired))
        {
            writer.WriteStringValue(key.OwnName);
        }

        writer.WriteEndArray();
        writer.WriteBoolean("additionalProperties", false);
    }
}

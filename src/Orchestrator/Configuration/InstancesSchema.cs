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
            WriteNeed(writer, InstanceKeys.TimeoutFrom, "job", InstanceKeys.IdleTimeout);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + '\n';
    }

    // A value of one key needs another key beside it.
    private static void WriteNeed(Utf8JsonWriter writer, string key, string value, string needed)
    {
        writer.WriteStartObject("if");
        writer.WriteStartObject("properties");
        writer.WriteStartObject(key);
        writer.WriteString("const", value);
        writer.WriteEndObject();
        writer.WriteEndObject();
        WriteNames(writer, [key]);
        writer.WriteEndObject();
        writer.WriteStartObject("then");
        WriteNames(writer, [needed]);
        writer.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter writer, IEnumerable<string> required)
    {
        writer.WriteStartArray("required");
        foreach (var name in required)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
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
            if (keys.Any(inner => inner.Section == key.Name + "[]"))
            {
                writer.WriteStartObject("items");
                writer.WriteString("type", "object");
                WriteSection(writer, keys, key.Name + "[]");
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        WriteNames(writer, own.Where(key => key.IsRequired).Select(key => key.OwnName));
        writer.WriteBoolean("additionalProperties", false);
    }
}

using System.Buffers;
using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>The guest's <c>instance.json</c>, the one file on the config drive.</summary>
public static class InstanceDocument
{
    /// <summary>The file's name.</summary>
    public const string FileName = "instance.json";

    /// <summary>The file's content: the instance's name and its processed config. Holds secrets.</summary>
    /// <param name="name">The instance's name.</param>
    /// <param name="config">The config, an object; numbers are written the way they were.</param>
    /// <returns>UTF-8 without a byte order mark, with a newline at its end.</returns>
    public static byte[] Write(string name, JsonElement config)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions with { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WritePropertyName("config");
            config.WriteTo(writer);
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        var document = buffer.WrittenSpan.ToArray();
        buffer.Clear(); // with zeros
        return document;
    }
}

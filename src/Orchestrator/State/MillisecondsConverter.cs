using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.State;

/// <summary>A span of time as a number of milliseconds.</summary>
internal sealed class MillisecondsConverter : JsonConverter<TimeSpan>
{
    /// <inheritdoc/>
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return TimeSpan.FromMilliseconds(reader.GetDouble());
        }
        catch (Exception error) when (error is OverflowException or InvalidOperationException or ArgumentException)
        {
            throw new JsonException("not a span of time", error);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.TotalMilliseconds);
}

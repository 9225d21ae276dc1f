using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.State;

/// <summary>When a run reached each phase, counted from the command by a monotonic clock. Null: never.</summary>
internal sealed record RunTimeline
{
    /// <summary>The machine existed, paused.</summary>
    [JsonPropertyName("prepared-ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? Prepared { get; init; }

    /// <summary>The guest's first instruction.</summary>
    [JsonPropertyName("started-ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? Started { get; init; }

    /// <summary>The guest's first opening of the tray.</summary>
    [JsonPropertyName("tray-opened-ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? TrayOpened { get; init; }

    /// <summary>The tray was found open then, by whoever came or came back to watch: it had been for a while, and what counts from there is longer.</summary>
    [JsonPropertyName("tray-found-open")]
    public bool? TrayFoundOpen { get; init; }

    /// <summary>The medium was gone for good, verified.</summary>
    [JsonPropertyName("configuration-removed-ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? ConfigurationRemoved { get; init; }

    /// <summary>How long the medium's removal took, from the tray event to its verification; zero when it never came to that.</summary>
    [JsonIgnore]
    public TimeSpan RemovalTook => ConfigurationRemoved - TrayOpened ?? TimeSpan.Zero;

    /// <summary>The machine was over. Null also where nobody watched it then.</summary>
    [JsonPropertyName("shut-down-ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? ShutDown { get; init; }
}

/// <summary>A span of time as a number of milliseconds.</summary>
internal sealed class MillisecondsConverter : JsonConverter<TimeSpan>
{
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

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.TotalMilliseconds);
}

using System.Text.Json;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>What <c>--json</c> printed: every line is one JSON object with the members each has.</summary>
public sealed class RunEvents
{
    private readonly List<JsonElement> _events = [];

    public RunEvents(string output)
    {
        Assert.EndsWith("\n", output, StringComparison.Ordinal);
        foreach (var line in output.TrimEnd('\n').Split('\n'))
        {
            var happened = JsonElement.Parse(line);
            Assert.True(happened.GetProperty("time").TryGetDateTime(out var time) && time.Kind == DateTimeKind.Utc, line);
            Assert.False(string.IsNullOrEmpty(happened.GetProperty("event").GetString()), line);
            Assert.False(string.IsNullOrEmpty(happened.GetProperty("instance").GetString()), line);
            _events.Add(happened);
        }
    }

    /// <summary>The events' names in order.</summary>
    public IReadOnlyList<string> Names => [.. _events.Select(NameOf)];

    /// <summary>The one event of a name.</summary>
    public JsonElement this[string name] => Assert.Single(_events, happened => NameOf(happened) == name);

    private static string NameOf(JsonElement happened) => happened.GetProperty("event").GetString()!;
}

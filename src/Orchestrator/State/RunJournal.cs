using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.State;

/// <summary>
/// What a run is and how far it came, for whoever finds its directory: <c>run.json</c>. Holds no secret.
/// </summary>
internal sealed record RunJournal
{
    /// <summary>Of this format; a reader refuses what it does not know.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The run id.</summary>
    public required string Run { get; init; }

    /// <summary>The instance's name.</summary>
    public required string Instance { get; init; }

    /// <summary>The driver that has the machine.</summary>
    public required string Driver { get; init; }

    /// <summary>How far it came.</summary>
    public required RunPhase Phase { get; init; }

    /// <summary>When the run was made, UTC.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When the guest started, UTC; null before.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When its time is up, UTC; null before it started.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>The port on 127.0.0.1 that leads to its SSH; null without network.</summary>
    public int? SshPort { get; init; }

    /// <summary>The run's files stay because a person asked for it (<c>--keep</c>).</summary>
    public bool Kept { get; init; }

    /// <summary>The journal's bytes.</summary>
    public byte[] ToUtf8Json() => JsonSerializer.SerializeToUtf8Bytes(this, RunJournalJson.Default.RunJournal);
}

/// <summary>Reflection-free JSON for the journal.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(RunJournal))]
internal sealed partial class RunJournalJson : JsonSerializerContext;

using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Configuration;
using Orchestrator.Linux.Files;

namespace Orchestrator.State;

/// <summary>What remains of every run: who it was and how it ended. <c>summary.json</c> in its history directory. Holds no secret.</summary>
internal sealed record RunSummary
{
    /// <summary>The format this program writes, and the only one it reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Of this format.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The run id.</summary>
    public required string Run { get; init; }

    /// <summary>The instance's name; empty where a damaged journal kept it.</summary>
    public required string Instance { get; init; }

    // What a file does not say, its reader sets to null: what follows turns that into what is said here.

    /// <summary>The driver that had the machine; empty where nobody knows.</summary>
    [AllowNull]
    public string Driver { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Absolute path of the base image; empty where nobody knows.</summary>
    [AllowNull]
    public string Image { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>When the run was made, UTC; null where nobody knows.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When the guest started, UTC; null if it never did.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When it was over, UTC.</summary>
    public required DateTimeOffset Ended { get; init; }

    /// <summary>How it ended.</summary>
    [JsonConverter(typeof(OutcomeConverter))]
    public required RunOutcome Outcome { get; init; }

    /// <summary>More about it, for a person; empty when there is no more.</summary>
    [AllowNull]
    public string Detail { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>When it reached each phase, counted from the command.</summary>
    [AllowNull]
    public RunTimeline Timeline { get; init => field = value ?? new RunTimeline(); } = new();

    /// <summary>The last jobs that its guest said to have had; null where it said nothing of any.</summary>
    public IReadOnlyList<GuestJob>? Jobs { get; init; }

    /// <summary>How many lines its guest said that were not heard, since it said more than is listened to; null where none.</summary>
    public long? UnheardLines { get; init; }

    /// <summary>Its disk was kept (<c>--keep</c>), so that retention does not touch it: a person removes it.</summary>
    public bool Kept { get; init; }

    /// <summary>Nothing is to be looked into.</summary>
    [JsonIgnore]
    public bool Succeeded => Outcome == RunOutcome.GuestShutdown;

    /// <summary>The summary of a run whose journal is known.</summary>
    public static RunSummary Of(RunJournal journal, RunResult result, DateTimeOffset now) => new()
    {
        Run = journal.Run,
        Instance = journal.Instance,
        Driver = journal.Driver,
        Image = journal.Machine.BaseImagePath,
        Created = journal.Created,
        Started = journal.Started,
        Ended = now,
        Outcome = result.Outcome,
        Detail = result.Detail,
        Timeline = result.Timeline,
        Jobs = journal.Guest is { Jobs: { Count: > 0 } jobs } ? jobs : null,
        UnheardLines = journal.Guest?.UnheardLines,
        Kept = journal.Kept,
    };

    /// <summary>Reads one.</summary>
    /// <returns>Null where there is none, or none that makes sense.</returns>
    public static RunSummary? Read(string path)
    {
        try
        {
            var summary = JsonSerializer.Deserialize(GuardedFile.ReadOwn(path), RunSummaryJson.Default.RunSummary);
            return summary?.Version == CurrentVersion ? summary : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The summary's bytes.</summary>
    public byte[] ToUtf8Json() =>
        JsonSerializer.SerializeToUtf8Bytes(this with { Detail = SecretMask.Hide(Detail) }, RunSummaryJson.Default.RunSummary);
}

/// <summary>Outcomes in the words of the events.</summary>
internal sealed class OutcomeConverter() : JsonStringEnumConverter<RunOutcome>(JsonNamingPolicy.KebabCaseLower);

/// <summary>Reflection-free JSON for summaries.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(RunSummary))]
internal sealed partial class RunSummaryJson : JsonSerializerContext;

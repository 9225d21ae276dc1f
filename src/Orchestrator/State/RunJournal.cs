using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Drivers;

namespace Orchestrator.State;

/// <summary>
/// What a run is and how far it came, for whoever finds its directory: <c>run.json</c>. It says enough for another process to go on watching
/// the run as its owner did. Holds no secret.
/// </summary>
internal sealed record RunJournal
{
    /// <summary>The format this program writes. It reads the one before too (<see cref="JournalReading"/>).</summary>
    public const int CurrentVersion = 3;

    /// <summary>Of this format.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The run id.</summary>
    public required string Run { get; init; }

    /// <summary>The machine.</summary>
    public required MachineDescription Machine { get; init; }

    /// <summary>The instance's name.</summary>
    [JsonIgnore]
    public string Instance => Machine.Name;

    /// <summary>The driver that has the machine.</summary>
    public required string Driver { get; init; }

    /// <summary>The version of the instance's description, where a service runs it.</summary>
    public string? InstanceVersion { get; init; }

    /// <summary>Who answers for the run, or did last.</summary>
    public required RunOwner Owner { get; init; }

    /// <summary>How far it came.</summary>
    public required RunPhase Phase { get; init; }

    /// <summary>When the run was made, UTC.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When the host booted, by the wall clock that wrote the times in here; null where an older version of this program made the run.</summary>
    public DateTimeOffset? Booted { get; init; }

    /// <summary>When the guest started, UTC; null before.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>How long the guest may run.</summary>
    [JsonPropertyName("time-limit-ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public required TimeSpan TimeLimit { get; init; }

    /// <summary>The limit counts from the start of the guest's first job, as soon as the guest says that it waits for one.</summary>
    public bool TimeLimitFromJob { get; init; }

    /// <summary>How long the guest may wait for a job, by its own word; null: as long as its time lasts.</summary>
    [JsonPropertyName("idle-limit-ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? IdleLimit { get; init; }

    /// <summary>How long the medium may be in the guest's drive; null: for ever.</summary>
    [JsonPropertyName("config-limit-ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? ConfigLimit { get; init; }

    /// <summary>How long the guest may take to power down when asked.</summary>
    [JsonPropertyName("shutdown-grace-ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public required TimeSpan ShutdownGrace { get; init; }

    /// <summary>When its time is up, UTC; null before it started. While the guest waits for the job from which its time counts: when it is up at the latest.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>When it has waited for a job long enough, UTC; null while it does not wait, or may.</summary>
    public DateTimeOffset? IdleDeadline { get; init; }

    /// <summary>When it ends unless its guest says something new, UTC; null before it started.</summary>
    [JsonIgnore]
    public DateTimeOffset? NextDeadline => IdleDeadline < Deadline ? IdleDeadline : Deadline;

    /// <summary>Why it is to get no job any more, and to end; null while it may get one.</summary>
    public RetireReason? Retiring { get; init; }

    /// <summary>When it was last to end and went on, for it has a job, or may have; null: never.</summary>
    public RunSparing? Spared { get; init; }

    /// <summary>Where its SSH is reached; null without network.</summary>
    public SshEndpoint? Ssh { get; init; }

    /// <summary>Where the config drive's medium is; null before the guest started.</summary>
    public MediumState? Medium { get; init; }

    /// <summary>What the guest has said of itself; null where it has said nothing.</summary>
    public GuestActivity? Guest { get; init; }

    /// <summary>Why the guest was asked to power down; null while nobody did.</summary>
    public StopCause? StopCause { get; init; }

    /// <summary>When it was asked, UTC; its grace counts from here.</summary>
    public DateTimeOffset? StopAsked { get; init; }

    /// <summary>The owner, a service, has not reached the machine yet.</summary>
    public bool Unreachable { get; init; }

    /// <summary>The owner shows the guest's console (<c>run --console</c>), which takes one reader at a time.</summary>
    public bool ConsoleHeld { get; init; }

    /// <summary>The run's files are to stay because a person asked for it (<c>--keep</c>).</summary>
    public bool Kept { get; init; }

    /// <summary>When it reached each phase. A file that does not say it, never.</summary>
    [AllowNull]
    public RunTimeline Timeline { get; init => field = value ?? new RunTimeline(); } = new();

    /// <summary>When the host booted, by its wall clock as it is now.</summary>
    /// <param name="time">The clock.</param>
    public static DateTimeOffset BootedBy(TimeProvider time) => time.GetUtcNow() - time.GetElapsedTime(0);

    /// <summary>
    /// The time by the clock that wrote the times in here: within one boot of the host its wall clock may be set, and that ends no run and prolongs none. After
    /// another boot, the wall clock's.
    /// </summary>
    /// <param name="time">The clock.</param>
    public DateTimeOffset Now(TimeProvider time) => Booted is { } booted && Owner.IsOfThisBoot ? booted + time.GetElapsedTime(0) : time.GetUtcNow();

    /// <summary>What is left of a started guest's time: never more than the limit, whatever the clock of another boot says.</summary>
    /// <param name="time">The clock.</param>
    public TimeSpan Left(TimeProvider time) => LeftUntil(Deadline ?? Created + TimeLimit, TimeLimit + (TimeLimitFromJob ? IdleLimit : null).GetValueOrDefault(), time);

    /// <summary>Likewise of the time that it may wait for a job; null while nobody counts.</summary>
    /// <param name="time">The clock.</param>
    public TimeSpan? IdleLeft(TimeProvider time) => IdleDeadline is { } deadline ? LeftUntil(deadline, IdleLimit.GetValueOrDefault(), time) : null;

    /// <summary>What is known when the guest has said something new, and until when it may run and wait from here on.</summary>
    /// <param name="guest">What is known of the guest by now.</param>
    /// <param name="now">When it said so, by the clock that wrote the times in here.</param>
    public RunJournal After(GuestActivity guest, DateTimeOffset now)
    {
        // One that has waited is not the worse for it; one that says so again and again gains nothing by it.
        var before = Guest ?? new GuestActivity();
        var deadline = !TimeLimitFromJob || before.Jobs is not [] ? Deadline
            : guest.Jobs is not [] ? now + TimeLimit
            : before.Busy is null && guest.Busy is false ? now + IdleLimit + TimeLimit
            : Deadline;
        var idle = guest.Busy is not false ? null : before.Busy is false ? IdleDeadline : now + IdleLimit;
        return this with { Guest = guest, Deadline = deadline, IdleDeadline = idle };
    }

    private TimeSpan LeftUntil(DateTimeOffset end, TimeSpan most, TimeProvider time) => TimeSpan.FromTicks(Math.Clamp((end - Now(time)).Ticks, 0, most.Ticks));

    /// <summary>The journal's bytes.</summary>
    public byte[] ToUtf8Json() => JsonSerializer.SerializeToUtf8Bytes(this, RunJournalJson.Default.RunJournal);
}

/// <summary>Reflection-free JSON for the journal.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(RunJournal))]
internal sealed partial class RunJournalJson : JsonSerializerContext;

/// <summary>How far a run came. Each phase is written before what it announces begins, so that recovery never assumes too little.</summary>
internal enum RunPhase
{
    /// <summary>Overlay and machine are being made; no guest code has run.</summary>
    Preparing,

    /// <summary>Secrets are being fetched, and the medium is made in memory; no guest code has run.</summary>
    Configuring,

    /// <summary>The guest runs and may read its configuration.</summary>
    Running,

    /// <summary>The guest runs and its configuration is gone for good.</summary>
    ConfigurationRemoved,

    /// <summary>The machine is over; what is left is to be removed.</summary>
    Ended,
}

/// <summary>Where the config drive's medium is.</summary>
internal enum MediumState
{
    /// <summary>In the guest's drive.</summary>
    Inserted,

    /// <summary>On its way out.</summary>
    Removing,

    /// <summary>Gone for good.</summary>
    Removed,
}

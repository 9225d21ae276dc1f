using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Orchestrator.Drivers;

namespace Orchestrator.State;

/// <summary>What a guest has said of itself by its port, as far as it said anything: whether it works, and on what. Part of the journal, so that whoever adopts the run knows.</summary>
internal sealed record GuestActivity
{
    /// <summary>How many jobs are remembered, the last ones. A guest may say that it has thousands.</summary>
    public const int MostJobs = 20;

    /// <summary>Whether it works; null where it has said nothing about that.</summary>
    public bool? Busy { get; init; }

    /// <summary>Since when, UTC; null where <see cref="Busy"/> is.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>What else it said last.</summary>
    public string? Status { get; init; }

    /// <summary>The jobs that it has had, the last one last.</summary>
    [AllowNull]
    public IReadOnlyList<GuestJob> Jobs { get; init => field = value ?? []; } = [];

    /// <summary>How many of its lines were not heard, since it said more than is listened to; null where none.</summary>
    public long? UnheardLines { get; init; }

    /// <summary>What it works on; null where it does not work, or does not say.</summary>
    [JsonIgnore]
    public string? Job => Busy is true && Jobs is [.., { } last] ? last.Name : null;

    /// <summary>What is known after a report.</summary>
    /// <param name="report">What the guest says.</param>
    /// <param name="now">When, UTC.</param>
    /// <returns>The same object where the report says nothing new.</returns>
    public GuestActivity After(GuestReport report, DateTimeOffset now) => report switch
    {
        GuestReport.Ready when Busy is false => this,

        // It gave up a job whose end it did not tell, by a reboot perhaps.
        GuestReport.Ready => this with { Busy = false, Since = now, Jobs = Close(Jobs, null, now) },
        GuestReport.JobStarted(var name) => this with { Busy = true, Since = now, Jobs = Add(Close(Jobs, null, now), new GuestJob(name, now)) },
        GuestReport.JobEnded(var result) when Jobs is [.., { Ended: null }] => this with { Busy = false, Since = now, Jobs = Close(Jobs, result, now) },
        GuestReport.JobEnded(var result) => this with { Busy = false, Since = now, Jobs = Add(Jobs, new GuestJob(Ended: now, Result: result)) },
        GuestReport.Status(var text) when text == Status => this,
        GuestReport.Status(var text) => this with { Status = text },
        _ => this,
    };

    private static IReadOnlyList<GuestJob> Close(IReadOnlyList<GuestJob> jobs, string? result, DateTimeOffset now) =>
        jobs is [.., { Ended: null } last] ? [.. jobs.SkipLast(1), last with { Ended = now, Result = result }] : jobs;

    private static IReadOnlyList<GuestJob> Add(IReadOnlyList<GuestJob> jobs, GuestJob next) => [.. jobs.TakeLast(MostJobs - 1), next];
}

/// <summary>A job that a guest says to have had.</summary>
/// <param name="Name">Its name; null where the guest did not say.</param>
/// <param name="Started">When it began, UTC; null where the guest did not say.</param>
/// <param name="Ended">When it was over, UTC; null while it is not, and for one that its machine did not survive.</param>
/// <param name="Result">How it went, in the guest's words; null where it did not say.</param>
internal sealed record GuestJob(string? Name = null, DateTimeOffset? Started = null, DateTimeOffset? Ended = null, string? Result = null);

using System.Globalization;
using Orchestrator.Drivers;
using Orchestrator.State;

namespace Orchestrator.Recovery;

/// <summary>Every decision about what is found, as a pure function of it and the time.</summary>
internal static class SweepPolicy
{
    /// <summary>Decides about one run.</summary>
    /// <param name="run">What is known of it.</param>
    /// <param name="time">The clock.</param>
    public static SweepDecision Decide(RunEntry run, TimeProvider time) => run switch
    {
        { Held: true } => new SweepDecision.Owned(),
        { Uncertain: { } why } => new SweepDecision.Leave(why),
        { DirectoryMissing: true } => new SweepDecision.Remove("its directory is gone, so nobody can answer for it"),
        { Reading: JournalReading.Newer } => new SweepDecision.Leave("a newer version of this program has to decide about it"),
        { Alive: false } => new SweepDecision.Remove("nobody answers for it and it has no machine"),
        { Reading: JournalReading.Known(var journal) } => DecideAboutMachine(run, journal, time),
        _ => new SweepDecision.Remove("its journal does not say until when its machine may run"),
    };

    /// <summary>
    /// Whether nobody will ever go on with a run, though its driver may not be able to say whether it has a machine: its secrets have nobody to serve any more.
    /// </summary>
    public static bool IsGivenUp(RunEntry run, TimeProvider time) => run switch
    {
        { DirectoryMissing: true } => false,
        { Held: false, Uncertain: not null } =>
            run.Reading is JournalReading.Known(var journal) && DecideAboutMachine(run, journal, time) is SweepDecision.Remove,
        _ => Decide(run, time) is SweepDecision.Remove,
    };

    /// <summary>
    /// Whether a service goes on with a run though its driver cannot be asked whether there still is a machine: as far as anybody knows there is, with
    /// its port, and no other machine of the instance is to start.
    /// </summary>
    public static bool MayStillRun(RunEntry run, TimeProvider time) =>
        run is { Held: false, Uncertain: not null, Reading: JournalReading.Known(var journal) }
        && journal is { Owner.Kind: RunOwnerKind.Service, Timeline.Started: not null }
        && DecideAboutMachine(run, journal, time) is SweepDecision.Adoptable;

    private static SweepDecision DecideAboutMachine(RunEntry run, RunJournal journal, TimeProvider time) => journal switch
    {
        { Owner: { Kind: RunOwnerKind.Foreground, Pid: var pid } } =>
            new SweepDecision.Remove(string.Create(CultureInfo.InvariantCulture, $"its owner, process {pid}, died")),
        { Phase: RunPhase.Preparing or RunPhase.Configuring } => new SweepDecision.Remove("its owner died before the guest started"),
        { Timeline.Started: null } when run.Machine is { State: VmState.Paused } =>
            new SweepDecision.Remove("its owner died before the guest started"),
        { Phase: RunPhase.Ended } => new SweepDecision.Remove("it is over"),
        { Deadline: { } deadline } when deadline > journal.Now(time) => new SweepDecision.Adoptable(),
        _ => new SweepDecision.Remove("its time is up"),
    };
}

/// <summary>What is to become of a run that was found. A closed hierarchy.</summary>
internal abstract record SweepDecision
{
    private SweepDecision()
    {
    }

    /// <summary>Somebody answers for it.</summary>
    public sealed record Owned : SweepDecision;

    /// <summary>It is a service's, and its machine does its work: the next <c>up</c> adopts it.</summary>
    public sealed record Adoptable : SweepDecision;

    /// <summary>Nobody answers for it, and it must be left all the same.</summary>
    public sealed record Leave(string Why) : SweepDecision;

    /// <summary>It goes, and its machine is ended if it has one.</summary>
    public sealed record Remove(string Why) : SweepDecision;
}

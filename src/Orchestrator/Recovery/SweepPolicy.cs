using System.Globalization;
using Orchestrator.Drivers;
using Orchestrator.State;

namespace Orchestrator.Recovery;

/// <summary>Every decision about what is found, as a pure function.</summary>
internal static class SweepPolicy
{
    /// <summary>Decides about one run.</summary>
    /// <param name="run">What is known of it.</param>
    /// <param name="now">The time, UTC.</param>
    public static SweepDecision Decide(RunEntry run, DateTimeOffset now) => run switch
    {
        { Held: true } or { BeingMade: true } => new SweepDecision.Owned(),
        { Uncertain: { } why } => new SweepDecision.Leave(why),
        { DirectoryMissing: true } => new SweepDecision.Remove("its directory is gone, so nobody can answer for it"),
        { Alive: false } => new SweepDecision.Remove("nobody answers for it and it has no machine"),
        { Reading: JournalReading.Newer } => new SweepDecision.Leave("a newer version of this program has to decide about its machine"),
        { Reading: JournalReading.Known(var journal) } => DecideAboutMachine(run, journal, now),
        _ => new SweepDecision.Remove("its journal does not say until when its machine may run"),
    };

    private static SweepDecision DecideAboutMachine(RunEntry run, RunJournal journal, DateTimeOffset now) => journal switch
    {
        { Owner: { Kind: RunOwnerKind.Foreground, Pid: var pid } } =>
            new SweepDecision.Remove(string.Create(CultureInfo.InvariantCulture, $"its owner, process {pid}, died")),
        { Phase: RunPhase.Preparing or RunPhase.Configuring } => new SweepDecision.Remove("its owner died before the guest started"),
        { Timeline.Started: null } when run.Machine is { State: VmState.Paused } =>
            new SweepDecision.Remove("its owner died before the guest started"),
        { Phase: RunPhase.Ended } => new SweepDecision.Remove("it is over"),
        { Deadline: { } deadline } when deadline > now => new SweepDecision.Adoptable(),
        _ => new SweepDecision.Remove("its time is up"),
    };
}

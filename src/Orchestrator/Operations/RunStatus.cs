using Orchestrator.Drivers;
using Orchestrator.Recovery;
using Orchestrator.State;

namespace Orchestrator.Operations;

/// <summary>Says in one word how a run stands, from what was found of it.</summary>
internal static class RunStatus
{
    /// <summary>The word of a run whose guest runs.</summary>
    public const string Running = "running";

    /// <summary>
    /// <c>preparing</c>, <c>configuring</c>, <c>running</c>, <c>stopping</c>, <c>paused</c>, <c>ended</c>, <c>owner-stopped</c> (its owner does nothing until it goes on), <c>unreachable</c> (its service tries to adopt it); for
    /// one that nobody answers for <c>unwatched</c> (the next <c>up</c> adopts it), <c>abandoned</c> or <c>dead</c> (<c>gc</c> removes it), or <c>unknown</c>.
    /// </summary>
    public static string Of(RunEntry run, TimeProvider time) => SweepPolicy.Decide(run, time) switch
    {
        SweepDecision.Owned => run.OwnerStopped ? "owner-stopped" : OfOwned(run),
        SweepDecision.Adoptable => "unwatched",
        SweepDecision.Remove when run.Alive => "abandoned",
        SweepDecision.Remove => "dead",
        _ => "unknown",
    };

    /// <summary>Whether the guest has read its configuration: <c>read</c>, <c>unread</c>, or <c>-</c> before it could and where nobody knows.</summary>
    public static string ConfigurationOf(RunEntry run) => run.Journal?.Medium switch
    {
        null => "-",
        MediumState.Inserted => "unread",
        _ => "read",
    };

    private static string OfOwned(RunEntry run) => run.Journal switch
    {
        null or { Phase: RunPhase.Preparing } => "preparing",
        { Phase: RunPhase.Configuring } => "configuring",
        { Phase: RunPhase.Ended } => "ended",
        { Unreachable: true } => "unreachable",
        { StopCause: not null } => "stopping",
        _ when run.Machine is { State: VmState.Paused } => "paused",
        _ => Running,
    };
}

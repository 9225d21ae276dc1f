using Orchestrator.Drivers;
using Orchestrator.Recovery;
using Orchestrator.State;

namespace Orchestrator.Operations;

/// <summary>Says in one word how a run stands, from what was found of it.</summary>
internal static class RunStatus
{
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
        _ => "running",
    };
}

/// <summary>
/// Whether a run goes on, for whoever waits for something of it: one whose owner and machine were killed leaves a directory behind that says nothing of that
/// until somebody clears it away.
/// </summary>
/// <param name="inventory">Looks at what there is.</param>
internal sealed class RunLiveness(RunInventory inventory)
{
    /// <summary>Nobody answers for it and it has no machine, as far as everybody knows who could.</summary>
    public static bool IsDead(RunEntry run) => run is { Held: false, Alive: false, Uncertain: null };

    /// <summary>Whether it is gone or dead by now. Asks no driver while somebody answers for it.</summary>
    public async Task<bool> HasStoppedAsync(RunEntry run, CancellationToken cancellationToken)
    {
        if (RunDirectory.IsHeld(run.Directory))
        {
            return false;
        }

        var runs = (await inventory.TakeAsync(cancellationToken)).Runs;
        return runs.FirstOrDefault(known => known.Id == run.Id) is not { } now || IsDead(now);
    }
}

/// <summary>An instance that a service is to keep running, and that has no run at the moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Driver">The driver that its next run is to have.</param>
/// <param name="State"><see cref="Waiting"/> or <see cref="BackingOff"/>.</param>
/// <param name="Reason">Why, in a word or some: <c>host-full</c>, <c>port-taken</c>, <c>3 failures</c>; null where it is about to start.</param>
/// <param name="Until">When its next run begins; null where nobody can tell.</param>
internal sealed record IdleInstance(string Name, string Driver, string State, string? Reason = null, DateTimeOffset? Until = null)
{
    /// <summary>It would start if there was room, or another instance's machine gave up its port.</summary>
    public const string Waiting = "waiting";

    /// <summary>Its last runs failed or ended too soon.</summary>
    public const string BackingOff = "backing-off";
}

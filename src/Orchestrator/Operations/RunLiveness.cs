using Orchestrator.Recovery;
using Orchestrator.State;

namespace Orchestrator.Operations;

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

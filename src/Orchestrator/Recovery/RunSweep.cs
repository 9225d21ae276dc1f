using Orchestrator.Drivers;
using Orchestrator.Leases;
using Orchestrator.Linux.Files;
using Orchestrator.Linux.Processes;
using Orchestrator.Reporting;
using Orchestrator.Runs;
using Orchestrator.State;

namespace Orchestrator.Recovery;

/// <summary>
/// Removes what has no owner: a run is taken by its lock before anything is done to it, so that any number of sweeps, and everything else, may go
/// on at the same time.
/// </summary>
/// <param name="history">What is to remain of the removed runs goes there.</param>
/// <param name="drivers">The drivers.</param>
/// <param name="leases">What they hold elsewhere is given back there.</param>
/// <param name="observer">Hears of it.</param>
/// <param name="time">The clock.</param>
internal sealed class RunSweep(
    RunHistory history, DriverCatalog drivers, LeaseReturn leases, ISweepObserver observer, TimeProvider time)
{
    /// <summary>How long one run's removal may take. A hypervisor that does not answer for one must not keep the others.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Removes what is to be removed of an inventory, and gives back what those hold elsewhere that are over.</summary>
    /// <param name="inventory">What was found.</param>
    /// <param name="dryRun">Only say what would be done.</param>
    /// <param name="cancellationToken">Ends it between two runs.</param>
    public async Task ExecuteAsync(Inventory inventory, bool dryRun, CancellationToken cancellationToken)
    {
        var due = await RemoveAsync(inventory, dryRun, cancellationToken);
        if (!dryRun)
        {
            await leases.ReleaseAsync(due, observer, cancellationToken);
            return;
        }

        foreach (var run in due)
        {
            foreach (var noted in ReadLeases(run))
            {
                observer.Released(run, noted.Lease);
            }
        }
    }

    /// <summary>Removes what is to be removed of an inventory, the secrets of all of it first.</summary>
    /// <param name="inventory">What was found.</param>
    /// <param name="dryRun">Only say what would be done.</param>
    /// <param name="cancellationToken">Ends it between two runs.</param>
    /// <returns>The runs that are over, with their machines, and may hold something elsewhere.</returns>
    public async Task<IReadOnlyList<VmId>> RemoveAsync(Inventory inventory, bool dryRun, CancellationToken cancellationToken)
    {
        foreach (var run in inventory.Runs.Where(run => !dryRun && run.Driver is not null && SweepPolicy.IsGivenUp(run, time)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await TryEraseAsync(run, cancellationToken);
        }

        var due = new List<VmId>();
        foreach (var run in inventory.Runs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!dryRun && run.Alive && (run.OwnerStopped || !run.Held))
            {
                LogBound.LookAt(run.Directory, static _ => { }); // its guest talks on, and nobody else looks
            }

            switch (SweepPolicy.Decide(run, time))
            {
                case SweepDecision.Remove(var why):
                    if (dryRun ? MayBeTaken(run) : await TryRemoveAsync(run, why, cancellationToken))
                    {
                        observer.Removed(run, why);
                        due.Add(run.Id);
                    }

                    break;
                case SweepDecision.Leave(var why):
                    observer.Left(run, why);
                    break;
                case SweepDecision.Adoptable:
                    observer.Left(run, "it is a service's, and the next 'orchestrator up' adopts it");
                    break;
            }
        }

        foreach (var leftover in inventory.Leftovers)
        {
            Clear(leftover, dryRun);
        }

        foreach (var (run, held, _) in inventory.Owed)
        {
            if (held?.Driver is { } driver && (inventory.Unreachable.Contains(driver) || !drivers.Names.Contains(driver)))
            {
                observer.Left(run, $"driver {driver} cannot be asked whether its machine still runs");
            }
            else
            {
                due.Add(run);
            }
        }

        return due;
    }

    private IReadOnlyList<NotedLease> ReadLeases(VmId run)
    {
        try
        {
            return leases.Store.Read(run)?.Leases ?? [];
        }
        catch (HostException error)
        {
            observer.NotReleased(run, "what it holds elsewhere", error.Message);
            return [];
        }
    }

    private async Task TryEraseAsync(RunEntry run, CancellationToken cancellationToken)
    {
        try
        {
            // Not on this thread, as with its removal: a file may be where nothing answers.
            await Task.Run(() => EraseAsync(run, cancellationToken), CancellationToken.None).WaitAsync(Patience, time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            // And it stays locked, so that nothing more is done to it here.
            observer.Failed($"run {run.Id}", $"its configuration was not erased within {Patience.TotalSeconds} s; 'orchestrator gc' tries again");
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Its removal fails for the same reason, and tells it.
        }
    }

    private async Task EraseAsync(RunEntry run, CancellationToken cancellationToken)
    {
        using var directory = await TakeAsync(run, cancellationToken);
        if (directory is not null && SweepPolicy.IsGivenUp(run with { Reading = JournalReading.Read(run.Directory) }, time))
        {
            drivers.Get(run.Driver!).EraseMedium(run.Id);
        }
    }

    private bool MayBeTaken(RunEntry run)
    {
        try
        {
            RunDirectory.RequireLock(run.Directory);
            return true;
        }
        catch (HostException error)
        {
            observer.Failed($"run {run.Id}", error.Message);
            return false;
        }
    }

    private async Task<bool> TryRemoveAsync(RunEntry run, string why, CancellationToken cancellationToken)
    {
        using var abandon = new CancellationTokenSource();

        // Not on this thread: a call that hangs need not be one that can be awaited.
        var removing = Task.Run(
            () => run.DirectoryMissing ? EndHomelessAsync(run, abandon.Token) : RemoveAsync(run, why, abandon.Token, cancellationToken),
            CancellationToken.None);
        try
        {
            return await removing.WaitAsync(Patience, time, CancellationToken.None);
        }
        catch (TimeoutException) when (!removing.IsCompleted)
        {
            await abandon.CancelAsync();
            observer.Failed($"run {run.Id}", $"its removal did not end within {Patience.TotalSeconds} s; is its hypervisor well? 'orchestrator gc' tries again");
            return false;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // One run that cannot be removed is no reason to leave the others.
            observer.Failed($"run {run.Id}", error.Message);
            return false;
        }
    }

    private async Task<bool> EndHomelessAsync(RunEntry run, CancellationToken abandon)
    {
        if (Directory.Exists(run.Directory))
        {
            return false; // it was made after the look at the directories
        }

        await drivers.Get(run.Driver!).DestroyAsync(run.Id, abandon);
        return true;
    }

    private async Task<bool> RemoveAsync(RunEntry run, string why, CancellationToken abandon, CancellationToken cancellationToken)
    {
        using var directory = await TakeAsync(run, cancellationToken);
        if (directory is null)
        {
            return false;
        }

        // What was seen before the lock was ours may be history: another process may have adopted the run, and died in its turn.
        var now = time.GetUtcNow();
        var current = run with { Reading = JournalReading.Read(run.Directory), Held = false };
        if (SweepPolicy.Decide(current, time) is not SweepDecision.Remove)
        {
            return false;
        }

        var summary = current.Journal is { } journal
            ? RunSummary.Of(journal, new RunResult(RunOutcome.Abandoned, why, journal.Timeline), now)
            : new RunSummary
            {
                Run = run.Id.Value,
                Instance = run.Instance,
                Driver = run.Driver ?? string.Empty,
                Ended = now,
                Outcome = RunOutcome.Abandoned,
                Detail = why,
            };
        var driver = run.Driver is { } name ? drivers.Get(name) : null;
        await new RunCleanup(driver, history, leases, new Remarks(run.Id, observer)).ClearAsync(run.Id, directory, summary, abandon);
        return true;
    }

    /// <summary>Takes a run's lock, unless an orchestrator that lives holds it.</summary>
    /// <returns>Null when one does, or when the directory is gone.</returns>
    public static async Task<RunDirectory?> TakeAsync(RunEntry run, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var taken = RunDirectory.TryTake(run.Directory);
            var owned = taken is not null || !Directory.Exists(run.Directory)
                || (JournalReading.Read(run.Directory).Journal is { } journal && ProcessTable.IsAlive(journal.Owner.Process));
            if (owned || attempt == LockFile.Attempts)
            {
                return taken;
            }

            await Task.Delay(LockFile.BetweenAttempts, TimeProvider.System, cancellationToken); // other processes' time, whatever ours is
        }
    }

    private void Clear(Leftover leftover, bool dryRun)
    {
        try
        {
            if (dryRun || leftover.Remove())
            {
                observer.Cleared(leftover);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            observer.Failed(leftover.Path, error.Message);
        }
    }

    // What a cleanup remarks on is what of the run could not be removed.
    private sealed class Remarks(VmId run, ISweepObserver observer) : IRunObserver
    {
        public void Observe(RunEvent happened)
        {
            if (happened is RunEvent.Warning(var message))
            {
                observer.Failed($"run {run}", message);
            }
        }
    }
}

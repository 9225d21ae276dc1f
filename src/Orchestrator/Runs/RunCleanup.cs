using Orchestrator.Drivers;
using Orchestrator.Leases;
using Orchestrator.Linux.Files;
using Orchestrator.Reporting;
using Orchestrator.State;

namespace Orchestrator.Runs;

/// <summary>
/// Removes what a run made, but for what history keeps, and gives back what it holds elsewhere. Every step is tried whatever the others did, and says so when
/// it fails.
/// </summary>
/// <param name="driver">The driver that has the machine; null where none can.</param>
/// <param name="history">What is to remain goes there.</param>
/// <param name="leases">What the run holds elsewhere is given back there, last of all: whoever has it may be slow, or away.</param>
/// <param name="observer">Hears of what could not be removed, and where the files of a run to be kept are.</param>
internal sealed class RunCleanup(IHypervisorDriver? driver, RunHistory history, LeaseReturn leases, IRunObserver observer) : ILeaseObserver
{
    /// <summary>Ends the machine if it still runs, and removes it and its directory. What says that it exists is left where it could not be ended.</summary>
    /// <param name="machine">The machine, if it came to that.</param>
    /// <param name="id">The run.</param>
    /// <param name="directory">Its directory; gone afterwards.</param>
    /// <param name="summary">How the run ended.</param>
    public async Task ClearAsync(IVirtualMachine? machine, VmId id, RunDirectory directory, RunSummary summary)
    {
        var ended = true;
        if (machine is not null)
        {
            await EraseMediumAsync(machine.Id);
            ended = await AttemptAsync("the machine could not be ended", () => machine.KillAsync(CancellationToken.None));
        }

        // On a disk that is full, room is made first, or nothing would be known of who filled it.
        if (ended && !summary.Kept)
        {
            await AttemptAsync("its disk could not be removed", () => PrivateFile.Delete(directory.PathOf(RunFiles.Overlay)));
        }

        // Before the driver removes its files, among which the evidence is; what the machine's last words were is in them by now.
        await ArchiveAsync(directory, id, summary);
        if (!ended)
        {
            // The next list shows it, and the next sweep tries again.
            await AttemptAsync("the machine could not be let go of", () => machine!.DetachAsync().AsTask());
        }
        else if (machine is null || await AttemptAsync("the machine could not be removed", () => machine.DisposeAsync().AsTask()))
        {
            await AttemptAsync($"run directory '{directory.FullPath}' could not be removed", directory.Delete);
        }

        directory.Dispose();
        await ReleaseAsync(id);
    }

    /// <summary>Gives back what a run holds elsewhere that is over.</summary>
    public Task ReleaseAsync(VmId id) => leases.EndAsync(id, this);

    /// <summary>The same where nobody has hold of the machine, if there is one; but for what it holds elsewhere.</summary>
    /// <param name="id">The run.</param>
    /// <param name="directory">Its directory; gone afterwards.</param>
    /// <param name="summary">How the run ended.</param>
    /// <param name="cancellationToken">Gives up on the machine; what says that it exists is left.</param>
    /// <exception cref="OrchestratorException">The machine could not be ended; what says that it exists is left.</exception>
    public async Task ClearAsync(VmId id, RunDirectory directory, RunSummary summary, CancellationToken cancellationToken)
    {
        await EraseMediumAsync(id);

        // The files' new names do not matter to a hypervisor that holds them open. Its disk's name does, by which its processes are known: where that has filled the file
        // system, what takes room comes after its end.
        var archived = TryArchive(directory, id, summary);
        if (driver is not null)
        {
            await driver.DestroyAsync(id, cancellationToken);
        }

        if (!archived)
        {
            await ArchiveAsync(directory, id, summary);
        }

        await AttemptAsync($"run directory '{directory.FullPath}' could not be removed", directory.Delete);
    }

    /// <summary>Lets go of a machine that runs on, and of its directory, for another process to adopt.</summary>
    public static async Task LeaveAsync(IVirtualMachine? machine, RunDirectory directory)
    {
        if (machine is not null)
        {
            await machine.DetachAsync();
            await machine.DisposeAsync();
        }

        directory.Dispose();
    }

    void ILeaseObserver.Released(VmId run, Lease lease)
    {
    }

    void ILeaseObserver.NotReleased(VmId run, string what, string why) =>
        observer.Observe(new RunEvent.Warning($"{what}: still held; the next run, 'up' or 'orchestrator gc' tries again: {why}"));

    private Task<bool> EraseMediumAsync(VmId id) => AttemptAsync("the configuration could not be removed", () => driver?.EraseMedium(id));

    private Task<bool> ArchiveAsync(RunDirectory directory, VmId id, RunSummary summary) =>
        AttemptAsync("its history could not be written", () => Archive(directory, id, summary));

    private bool TryArchive(RunDirectory directory, VmId id, RunSummary summary)
    {
        try
        {
            Archive(directory, id, summary);
            return true;
        }
        catch (HostException)
        {
            return false;
        }
    }

    private void Archive(RunDirectory directory, VmId id, RunSummary summary)
    {
        history.Take(directory, id, summary);
        if (summary.Kept)
        {
            observer.Observe(new RunEvent.Kept(history.PathOf(id)));
        }
    }

    private Task<bool> AttemptAsync(string failure, Action step) => AttemptAsync(failure, () =>
    {
        step();
        return Task.CompletedTask;
    });

    private async Task<bool> AttemptAsync(string failure, Func<Task> step)
    {
        try
        {
            await step();
            return true;
        }
        catch (Exception error)
        {
            // The next step may still succeed, and how the run ended matters more than how its cleaning did.
            observer.Observe(new RunEvent.Warning($"{failure}: {error.Message}"));
            return false;
        }
    }
}

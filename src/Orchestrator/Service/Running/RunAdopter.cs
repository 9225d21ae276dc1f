using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Leases;
using Orchestrator.Recovery;
using Orchestrator.Reporting;
using Orchestrator.Runs;
using Orchestrator.Service.Reporting;
using Orchestrator.Signals;
using Orchestrator.State;

namespace Orchestrator.Service.Running;

/// <summary>Sweeps the state directory, and takes the locks of the runs that an earlier service left.</summary>
internal sealed class RunAdopter(
    DriverCatalog drivers,
    StateDirectory state,
    RunHistory history,
    LeaseReturn leases,
    LeaseRetries retries,
    HostSettings settings,
    ServiceReports reports,
    TimeProvider time) : IRunAdopter
{
    public async Task<IReadOnlyList<IAdoptableRun>> TakeAsync(CancellationToken cancellationToken)
    {
        var inventory = await new RunInventory(state, drivers, settings.Driver, time).TakeAsync(cancellationToken);
        foreach (var warning in inventory.Warnings)
        {
            reports.Tell(new ServiceEvent.Warning(warning));
        }

        // Whoever leases something may be away: no instance waits for that.
        var sweep = new RunSweep(history, drivers, leases, new ServiceSweepObserver(reports), time);
        foreach (var over in await sweep.RemoveAsync(inventory, dryRun: false, cancellationToken))
        {
            retries.Begin(over, tried: false);
        }

        var taken = new List<IAdoptableRun>();
        foreach (var run in inventory.Runs.Where(run => IsAdoptable(run, time)))
        {
            if (await TryTakeAsync(run, cancellationToken) is not { } directory)
            {
                continue;
            }

            // What was seen before the lock was ours may be history.
            var current = run with { Reading = JournalReading.Read(run.Directory) };
            if (IsAdoptable(current, time))
            {
                taken.Add(new AdoptableRun(
                    directory, current.Journal!, new RunAdoption(drivers.Get(current.Journal!.Driver), history, leases, time)));
            }
            else
            {
                directory.Dispose();
            }
        }

        return taken;
    }

    private async Task<RunDirectory?> TryTakeAsync(RunEntry run, CancellationToken cancellationToken)
    {
        try
        {
            return await RunSweep.TakeAsync(run, cancellationToken);
        }
        catch (HostException error)
        {
            // One whose lock cannot be opened is no reason to leave the others.
            reports.Tell(new ServiceEvent.Warning($"run {run.Id} cannot be adopted: {error.Message}"));
            return null;
        }
    }

    /// <summary>Whether a run is an earlier service's, and has a machine or may have.</summary>
    /// <param name="run">What is known of it.</param>
    /// <param name="time">The clock.</param>
    public static bool IsAdoptable(RunEntry run, TimeProvider time) =>
        SweepPolicy.Decide(run, time) is SweepDecision.Adoptable || SweepPolicy.MayStillRun(run, time);

    private sealed class AdoptableRun(RunDirectory directory, RunJournal journal, RunAdoption adoption) : IAdoptableRun
    {
        public RunJournal Journal => journal;

        public Task<RunResult> AdoptAsync(IRunObserver observer, StopRequests stop) =>
            adoption.ExecuteAsync(directory, journal, RunOwnerKind.Service, observer, stop);

        public void Dispose() => directory.Dispose();
    }
}

using System.Security.Cryptography;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Leases;
using Orchestrator.Preprocessing;
using Orchestrator.Reporting;
using Orchestrator.Signals;
using Orchestrator.State;

namespace Orchestrator.Runs;

/// <summary>
/// Lives one ephemeral run from nothing to nothing: directory, machine, secrets, guest, and the removal of all of it on every
/// path. Knows no driver.
/// </summary>
/// <param name="driver">The driver.</param>
/// <param name="state">The state directory.</param>
/// <param name="history">What is to remain of the run goes there.</param>
/// <param name="leases">What the run holds elsewhere is written down and given back there.</param>
/// <param name="time">The clock.</param>
/// <param name="freeBytes">What is left of the disk that a directory is on; null: as the kernel says.</param>
internal sealed class RunLifecycle(
    IHypervisorDriver driver, StateDirectory state, RunHistory history, LeaseReturn leases, TimeProvider time, Func<string, long>? freeBytes = null)
{
    /// <summary>Runs it.</summary>
    /// <param name="request">What to run.</param>
    /// <param name="observer">Hears of it.</param>
    /// <param name="stop">Ends it early.</param>
    /// <param name="commandStarted">When the user's command began, a timestamp of the <see cref="TimeProvider"/>; the timeline counts from it.</param>
    /// <returns>How it ended, also when it was interrupted before the guest started.</returns>
    /// <exception cref="OrchestratorException">It could not be started. Nothing is left of it.</exception>
    public async Task<RunResult> ExecuteAsync(RunRequest request, IRunObserver observer, StopRequests stop, long commandStarted)
    {
        var clock = new RunClock(time, commandStarted);
        using var early = CancellationTokenSource.CreateLinkedTokenSource(stop.Graceful, stop.Leaving);
        try
        {
            await request.ConfigMedium.CheckAsync(early.Token);
            driver.Require(request.Machine, request.SshPort);
            return await LiveAsync(request, observer, stop, clock, early.Token);
        }
        catch (OperationCanceledException error) when (early.IsCancellationRequested)
        {
            var interrupted = RunResult.Of(error, clock.Timeline);
            observer.Observe(new RunEvent.Ended(interrupted));
            return interrupted;
        }
    }

    private async Task<RunResult> LiveAsync(
        RunRequest request, IRunObserver listener, StopRequests stop, RunClock clock, CancellationToken early)
    {
        var id = VmId.Create(time);
        stop.Begin();
        var directory = state.CreateRun(id);
        using var observer = new EventFile(directory, request.Machine.Name, listener, time);
        var journal = new JournalKeeper(directory, observer, Describe(id, request), clock);
        IVirtualMachine? machine = null;
        RunResult? result = null;
        byte[] medium = [];
        try
        {
            journal.Reach(RunPhase.Preparing);
            observer.Observe(new RunEvent.Created(id, request.Machine.Name, driver.Registration.Name, directory.FullPath));
            machine = await driver.PrepareAsync(SpecOf(request, id, directory), early);
            clock.Prepared();
            observer.Observe(new RunEvent.Prepared());

            journal.Reach(RunPhase.Configuring);
            medium = await request.ConfigMedium.BuildAsync(ContextOf(id, request), early);
            await Task.Yield(); // whoever made it called us back when it was made, and holds what it was made of until we return

            await using var console = await ConsoleRelay.StartAsync(machine, request.ConsoleOutput, observer, early);
            await using var logs = new LogBound(directory, observer, time);
            journal.Start(machine.Ssh, time);
            await using var watch = new RunWatch(
                machine, journal, RunState.Started, leases, new SharedStorage(directory, freeBytes ?? DiskUse.FreeAt), observer, clock, time);
            await machine.StartAsync(medium, early);
            CryptographicOperations.ZeroMemory(medium);
            watch.StartLimits();
            clock.Started();
            observer.Observe(new RunEvent.Started(machine.Ssh, request.TimeLimit));
            journal.Note(known => known); // that it did start: a machine found paused could be one that never ran
            _ = Task.Run(SecretMask.Forget, CancellationToken.None);
            result = await watch.UntilOverAsync(stop);
            return result;
        }
        catch (Exception error)
        {
            result = RunResult.Of(error, clock.Timeline);
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(medium);
            await (result!.Outcome == RunOutcome.Left
                ? RunCleanup.LeaveAsync(machine, directory)
                : new RunCleanup(driver, history, leases, observer).ClearAsync(
                    machine, id, directory, RunSummary.Of(journal.Journal, result, time.GetUtcNow())));
        }
    }

    private RunContext ContextOf(VmId id, RunRequest request) =>
        new(id, request.Machine.Name, request.Machine.Architecture, driver.Registration.Name, leases.Store);

    private RunJournal Describe(VmId id, RunRequest request) => new()
    {
        Run = id.Value,
        Machine = request.Machine,
        Driver = driver.Registration.Name,
        InstanceVersion = request.Version,
        Owner = RunOwner.ThisProcess(request.Owner),
        Phase = RunPhase.Preparing,
        Created = time.GetUtcNow(),
        Booted = RunJournal.BootedBy(time),
        TimeLimit = request.TimeLimit,
        TimeLimitFromJob = request.TimeLimitFromJob,
        IdleLimit = request.IdleLimit,
        ConfigLimit = request.ConfigLimit,
        ShutdownGrace = request.ShutdownGrace,
        ConsoleHeld = request.ConsoleOutput is not null,
        Kept = request.Keep,
    };

    private VmSpec SpecOf(RunRequest request, VmId id, RunDirectory directory) => new()
    {
        Id = id,
        Owner = state.Owner,
        RunDirectory = directory.FullPath,
        Machine = request.Machine,
        Accelerator = request.Accelerator,
        SshPort = request.SshPort,
        Deadline = request.TimeLimitFromJob ? null : time.GetUtcNow() + request.TimeLimit, // nobody knows yet
    };
}

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
internal sealed class RunLifecycle(IHypervisorDriver driver, StateDirectory state, RunHistory history, LeaseReturn leases, TimeProvider time)
{
    // Another program may take a chosen port between choosing and the machine's listening; so often in a row it is no accident.
    private const int PortAttempts = 5;

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
            if (request.Machine is { Network: not NetworkMode.None, SshPort: int demanded })
            {
                SshPorts.EnsureFree(demanded);
            }

            return await LiveAsync(request, observer, stop, clock, early.Token);
        }
        catch (OperationCanceledException) when (early.IsCancellationRequested)
        {
            var interrupted = new RunResult(Exit: null, StopCause.Requested, clock.Timeline);
            observer.Observe(new RunEvent.Ended(interrupted));
            return interrupted;
        }
    }

    private async Task<RunResult> LiveAsync(
        RunRequest request, IRunObserver listener, StopRequests stop, RunClock clock, CancellationToken early)
    {
        var id = VmId.Create(time);
        var directory = state.CreateRun(id);
        using var observer = new EventFile(directory, request.Machine.InstanceName, listener, time);
        var journal = new JournalKeeper(directory, observer, Describe(id, request), clock);
        IVirtualMachine? machine = null;
        RunResult? result = null;
        Exception? failure = null;
        try
        {
            journal.Reach(RunPhase.Preparing);
            observer.Observe(new RunEvent.Created(id, request.Machine.InstanceName, driver.Registration.Name, directory.FullPath));
            (machine, var sshPort) = await PrepareAsync(request, id, directory, early);
            clock.Prepared();
            observer.Observe(new RunEvent.Prepared());

            journal.Reach(RunPhase.Configuring);
            await ConfigMediumFile.WriteAsync(
                directory.PathOf(RunFiles.ConfigMedia), await request.ConfigMedium.BuildAsync(ContextOf(id, request), early), early);

            await using var console = await ConsoleRelay.StartAsync(machine, request.ConsoleOutput, observer, early);
            await using var logs = new LogBound(directory, observer, time);
            journal.Start(sshPort, time.GetUtcNow());
            var watch = new RunWatch(machine, directory, journal, RunState.Started, observer, clock, time);
            await machine.StartAsync(early);
            watch.StartTimeLimit();
            clock.Started();
            observer.Observe(new RunEvent.Started(sshPort, request.TimeLimit));
            journal.Note(known => known); // that it did start: a machine found paused could be one that never ran
            result = await watch.UntilOverAsync(stop);
            return result;
        }
        catch (Exception error)
        {
            failure = error;
            throw;
        }
        finally
        {
            await (result is { Left: true }
                ? RunCleanup.LeaveAsync(machine, directory)
                : new RunCleanup(history, leases, observer).ClearAsync(
                    machine, id, directory, RunEnding.Summarize(journal.Journal, result, failure, time.GetUtcNow())));
        }
    }

    private RunContext ContextOf(VmId id, RunRequest request) =>
        new(id, request.Machine.InstanceName, request.Machine.Architecture, driver.Registration.Name, leases.Store);

    private RunJournal Describe(VmId id, RunRequest request) => new()
    {
        Run = id.Value,
        Instance = request.Machine.InstanceName,
        Driver = driver.Registration.Name,
        Image = request.Machine.BaseImagePath,
        InstanceVersion = request.Version,
        MemoryBytes = request.Machine.MemoryBytes,
        RootDiskBytes = request.Machine.RootDiskBytes,
        Owner = RunOwner.ThisProcess(request.Owner),
        Phase = RunPhase.Preparing,
        Created = time.GetUtcNow(),
        TimeLimit = request.TimeLimit,
        ShutdownGrace = request.ShutdownGrace,
        ConsoleHeld = request.ConsoleOutput is not null,
        Kept = request.Keep,
    };

    private async Task<(IVirtualMachine Machine, int? SshPort)> PrepareAsync(
        RunRequest request, VmId id, RunDirectory directory, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            int? port = request.Machine.Network == NetworkMode.None ? null : request.Machine.SshPort ?? SshPorts.PickFree();
            var spec = request.Machine.ForRun(id, state.Owner, directory.FullPath, port, time.GetUtcNow() + request.TimeLimit);
            try
            {
                return (await driver.PrepareAsync(spec, cancellationToken), port);
            }
            catch (HostException error)
                when (error.Problem == HostProblem.PortBusy && request.Machine.SshPort is null && attempt < PortAttempts)
            {
                // Chosen, not demanded: choose another.
            }
        }
    }
}

using System.Globalization;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Leases;
using Orchestrator.Linux.Processes;
using Orchestrator.Recovery;
using Orchestrator.Reporting;
using Orchestrator.Runs;
using Orchestrator.Signals;
using Orchestrator.State;

namespace Orchestrator.Operations;

/// <summary>Ends a run, whoever answers for it: a process at some terminal, a service, or nobody any more.</summary>
/// <param name="state">The state directory.</param>
/// <param name="history">What is to remain of a run that this ends itself goes there.</param>
/// <param name="leases">What such a run holds elsewhere is given back there.</param>
/// <param name="drivers">The drivers.</param>
/// <param name="time">The clock.</param>
internal sealed class RunStopper(StateDirectory state, RunHistory history, LeaseReturn leases, DriverCatalog drivers, TimeProvider time)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);

    /// <summary>Ends it, and returns when it is over.</summary>
    /// <param name="run">The run.</param>
    /// <param name="now">Without asking the guest, and without a grace.</param>
    /// <param name="observer">Hears of the end of a run that nobody answers for.</param>
    /// <param name="cancellationToken">Ends the waiting; what was asked for goes on.</param>
    /// <exception cref="OrchestratorException">It could not be ended, or goes on, since its guest has a job or may have one.</exception>
    public async Task StopAsync(RunEntry run, bool now, IRunObserver observer, CancellationToken cancellationToken)
    {
        RequireNoJob(run, run.Journal, now);
        if (!run.Held)
        {
            await EndAsync(run, now, observer, cancellationToken);
            return;
        }

        var journal = run.Journal ?? throw new HostException(
            HostProblem.Other, $"run {run.Id}: it is being made, or its journal makes no sense, so nobody can tell who answers for it; try again");
        if (run.OwnerStopped)
        {
            throw new HostException(
                HostProblem.Other,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"run {run.Id}: its owner, process {journal.Owner.Pid}, is stopped (Ctrl+Z) and hears nothing; let it go on, with fg in its shell or kill -CONT {journal.Owner.Pid}, and try again"));
        }

        var spared = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var look = now ? () => { } : Follow(run, journal, observer, why => spared.TrySetException(RunSparing.Refusal(run.Id.Value, why)));
        await using var looks = time.CreateBeat(look, BetweenLooks);
        var ending = journal.Owner.Kind == RunOwnerKind.Service
            ? new ControlClient(state.ControlSocket).AskAsync(new ControlRequest(ControlRequest.Stop, run.Id.Value, now), cancellationToken)
            : SignalAsync(run, journal, now, cancellationToken);
        await await Task.WhenAny(ending, spared.Task);
        look();
        if (spared.Task.IsFaulted)
        {
            await spared.Task; // whoever answered for it is gone, and it goes on
        }
    }

    // Tells what the one who answers for the run does before the guest is asked: it may take a while.
    private Action Follow(RunEntry run, RunJournal before, IRunObserver observer, Action<string> spared)
    {
        var told = false;
        return () =>
        {
            var journal = JournalReading.Read(run.Directory).Journal;
            if (journal is { Retiring: { } reason, StopCause: null } && !told && !leases.Store.Holds(run.Id))
            {
                told = true;
                observer.Observe(new RunEvent.Retiring(reason, RunWatch.JobUnderWay));
            }

            if (journal is { Spared: { } now } && now != before.Spared)
            {
                spared(now.Why);
            }
        };
    }

    // What its guest says is a moment old; what was begun since then is its owner's to know.
    private void RequireNoJob(RunEntry run, RunJournal? journal, bool now)
    {
        if (!now && journal is { Guest: { Busy: true, Since: { } since } guest, StopCause: null })
        {
            var job = guest.Job is { } name ? $"on {JsonText.Quote(name)}, " : "";
            var minutes = Math.Floor((journal.Now(time) - since).TotalMinutes);
            throw new HostException(
                HostProblem.Other,
                string.Create(CultureInfo.InvariantCulture, $"run {run.Id}: its guest works, {job}for {minutes} min now, and nothing was done; wait for its end, or end it nevertheless with --now"));
        }
    }

    private static async Task SignalAsync(RunEntry run, RunJournal journal, bool now, CancellationToken cancellationToken)
    {
        using var owner = ObservedProcess.Open(journal.Owner.Process) ?? throw new HostException(
            HostProblem.Other,
            string.Create(
                CultureInfo.InvariantCulture,
                $"run {run.Id}: its owner, process {journal.Owner.Pid}, cannot be seen from here, though it holds the run; stop it where it runs (another container?)"));
        try
        {
            if (now)
            {
                owner.Signal(StopSignals.AtOnce);
            }
            else if (journal.StopCause is null)
            {
                // The owner takes its first SIGTERM as a question and its second as an order, so that a question is not asked twice. One of an older version knows no other.
                owner.Signal(ProcessTable.Catches(owner.Pid, StopSignals.Retire) ? StopSignals.Retire : EndSignals.Terminate);
            }
        }
        catch (IOException error)
        {
            throw new HostException(
                HostProblem.PermissionDenied,
                string.Create(CultureInfo.InvariantCulture, $"run {run.Id}: its owner, process {journal.Owner.Pid}, cannot be signalled: {error.Message}; do it as its user, or as root"),
                error);
        }

        await owner.Exited.WaitAsync(cancellationToken);
    }

    private async Task EndAsync(RunEntry run, bool now, IRunObserver observer, CancellationToken cancellationToken)
    {
        if (run.Uncertain is { } why)
        {
            throw new HostException(HostProblem.ServiceUnavailable, $"run {run.Id}: {why}, so it cannot be ended; mend that and try again");
        }

        var taken = run.DirectoryMissing ? null : await RunSweep.TakeAsync(run, cancellationToken);
        var journal = taken is null ? null : JournalReading.Read(run.Directory).Journal;
        if (taken is not null && journal is { Phase: RunPhase.Running or RunPhase.ConfigurationRemoved } && run.Alive)
        {
            // From here on it is this process that answers for the run, and can be asked to hurry in its turn.
            using var stop = new StopRequests();
            using var listening = new EndSignals(new StopSignals(stop, time).Take, StopSignals.OfOthers);
            if (now)
            {
                stop.RequestAtOnce();
            }
            else
            {
                stop.Retire(RetireReason.Asked);
            }

            var spared = new LeaveSpared(observer, stop);
            await new RunAdoption(drivers.Get(journal.Driver), history, leases, time)
                .ExecuteAsync(taken, journal, RunOwnerKind.Foreground, spared, stop);
            if (spared.Why is { } reason)
            {
                throw RunSparing.Refusal(run.Id.Value, reason);
            }

            return;
        }

        taken?.Dispose();
        throw new HostException(
            HostProblem.Other, $"run {run.Id}: nobody answers for it, and there is no guest to stop; 'orchestrator gc' removes what is left of it");
    }

    // A machine that goes on goes on as before: with nobody.
    private sealed class LeaveSpared(IRunObserver next, StopRequests stop) : IRunObserver
    {
        public string? Why { get; private set; }

        public void Observe(RunEvent happened)
        {
            if (happened is RunEvent.Spared(var why))
            {
                Why = why;
                stop.Leave();
            }

            next.Observe(happened);
        }
    }
}

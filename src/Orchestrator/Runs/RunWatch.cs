using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Leases;
using Orchestrator.Reporting;
using Orchestrator.Signals;
using Orchestrator.State;

namespace Orchestrator.Runs;

/// <summary>
/// Watches a started machine to its end: gathers what happens into one mailbox, asks <see cref="RunPolicy"/>, and does what it says.
/// Actions run beside the mailbox, never in its way, so that a second Ctrl+C is heard while a hung machine is being asked to power down.
/// </summary>
internal sealed class RunWatch : IAsyncDisposable
{
    // A guest has no ear for the power button before its system is up.
    private static readonly TimeSpan BetweenPresses = TimeSpan.FromSeconds(5);

    /// <summary>How long a machine waits for others to make room on the disk. It is paused meanwhile, and its time runs on.</summary>
    public static readonly TimeSpan RoomPatience = TimeSpan.FromMinutes(1);

    /// <summary>How long after its leases were given back a machine is watched for a job: as long as others have seen GitHub call a runner idle that had one.</summary>
    public static readonly TimeSpan JobUnderWay = TimeSpan.FromSeconds(90);

    /// <summary>How often what a waiting machine holds elsewhere is looked at.</summary>
    public static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(5);

    /// <summary>When a machine that was spared is tried again.</summary>
    public static readonly TimeSpan RetireAgain = TimeSpan.FromMinutes(2);

    private readonly IVirtualMachine _machine;
    private readonly JournalKeeper _journal;
    private readonly RunState _initial;
    private readonly LeaseReturn _leases;
    private readonly SharedStorage _storage;
    private readonly IRunObserver _observer;
    private readonly RunClock _clock;
    private readonly TimeProvider _time;
    private readonly RunMailbox _mailbox;
    private readonly MachineReports _reports;
    private readonly List<Task> _underway = [];
    private readonly TaskCompletionSource _removingNoted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _spared;
    private string? _remark;
    private Task _looking = Task.CompletedTask;

    /// <summary>A watch over a machine that is about to start, or runs.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="journal">What is known of its run.</param>
    /// <param name="initial">How far it has come.</param>
    /// <param name="leases">What it holds elsewhere is given back there.</param>
    /// <param name="storage">Where its overlay grows.</param>
    /// <param name="observer">Hears of everything.</param>
    /// <param name="clock">Stamps its phases.</param>
    /// <param name="time">The clock.</param>
    public RunWatch(
        IVirtualMachine machine,
        JournalKeeper journal,
        RunState initial,
        LeaseReturn leases,
        SharedStorage storage,
        IRunObserver observer,
        RunClock clock,
        TimeProvider time)
    {
        _machine = machine;
        _journal = journal;
        _initial = initial;
        _leases = leases;
        _storage = storage;
        _observer = observer;
        _clock = clock;
        _time = time;
        _mailbox = new RunMailbox(time);
        _reports = new MachineReports(journal, _mailbox, observer, clock, time, foundOver: machine.Completion.IsCompleted);
    }

    /// <summary>The guest has started, and its time runs.</summary>
    public void StartLimits()
    {
        _mailbox.Set(RunTimer.Limit, _journal.Journal.TimeLimit, new RunSignal.TimeUp());
        _mailbox.Set(RunTimer.Config, _journal.Journal.ConfigLimit, new RunSignal.ConfigOverdue());
    }

    /// <summary>Goes on where another process, which watched the machine before, was interrupted. The deadline stays what it was.</summary>
    public void Resume()
    {
        var known = _journal.Journal;
        _mailbox.Set(RunTimer.Limit, known.Left(_time), new RunSignal.TimeUp());
        _mailbox.Set(RunTimer.Idle, known.IdleLeft(_time), new RunSignal.RetireRequested(RetireReason.NoJob));
        _mailbox.Set(RunTimer.Config, known.Started + known.ConfigLimit - known.Now(_time), new RunSignal.ConfigOverdue());
        if (known.Medium == MediumState.Removing)
        {
            // Whether the medium was out when the watching ended, nobody can tell; removing it twice does no harm.
            Post(new RunSignal.Machine(new VmEvent.TrayOpened(FoundOpen: true), _time.GetTimestamp()));
        }

        if (known.StopCause is { } cause)
        {
            Post(cause switch
            {
                StopCause.TimeLimit => new RunSignal.TimeUp(),
                StopCause.Idle => new RunSignal.NoJobCame(),
                _ => new RunSignal.StopRequested(),
            });
        }
        else if (known.Retiring is { } reason)
        {
            Post(new RunSignal.RetireRequested(reason));
        }
    }

    /// <summary>Returns when the machine is over.</summary>
    /// <exception cref="HypervisorException">The machine could not even be killed.</exception>
    public async Task<RunResult> UntilOverAsync(StopRequests stop)
    {
        await using var graceful = stop.Graceful.Register(() => Post(new RunSignal.StopRequested()));
        await using var forceful = stop.Forceful.Register(() => Post(new RunSignal.KillRequested()));
        await using var leaving = stop.Leaving.Register(() => Post(new RunSignal.LeaveRequested()));
        using var noLonger = new CancellationTokenSource();
        stop.OnRetire(reason => Post(new RunSignal.RetireRequested(reason)));
        await using var visits = _time.CreateBeat(() => _looking = LookAtLeasesAsync(noLonger.Token), BetweenLooks);
        await using var looks = _time.CreateBeat(() => LookAtStorage(), SharedStorage.Interval);
        var listening = ListenAsync(noLonger.Token);
        try
        {
            return Conclude(await DecideUntilOverAsync());
        }
        finally
        {
            await visits.DisposeAsync();
            await noLonger.CancelAsync();
            await listening;
            await _looking;
        }
    }

    /// <summary>No timer runs any more, and what the guest said is written down.</summary>
    public async ValueTask DisposeAsync()
    {
        await _mailbox.DisposeAsync();
        await _reports.DisposeAsync();
    }

    private async Task<RunState> DecideUntilOverAsync()
    {
        var state = _initial;
        while (!state.Over)
        {
            var signal = await _mailbox.ReadAsync();
            if (signal is RunSignal.Machine(var happened, var at))
            {
                _reports.Take(happened, at);
            }

            (state, var actions) = RunPolicy.Next(state, signal);
            foreach (var action in actions)
            {
                _underway.Add(PerformAsync(action));
            }
        }

        await Task.WhenAll(_underway);
        return state;
    }

    private RunResult Conclude(RunState state)
    {
        if (state.Left)
        {
            _observer.Observe(new RunEvent.Left());
            return new RunResult(RunOutcome.Left, string.Empty, _clock.Timeline);
        }

        var result = RunResult.Of(state.Exit!, state.Cause, _clock.Timeline, state.Why);

        // That one which was ended early had not come so far is no news.
        if (state.Medium == MediumState.Inserted && result.Outcome is RunOutcome.TimeLimit or RunOutcome.GuestShutdown or RunOutcome.GuestPanic)
        {
            _observer.Observe(new RunEvent.Warning(
                "the guest never opened the config drive's tray, so it could read its configuration to the end"));
        }

        _journal.Note(known => known with { Phase = RunPhase.Ended });
        _observer.Observe(new RunEvent.Ended(result));
        return result;
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var happened in _machine.Events.WithCancellation(cancellationToken))
            {
                Post(new RunSignal.Machine(happened, _time.GetTimestamp()));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The watch ended before the machine did: it could not be killed, or there is a defect, which is being reported.
        }
    }

    private async Task PerformAsync(RunAction action)
    {
        try
        {
            await DoAsync(action);
        }
        catch (Exception error)
        {
            // Nobody awaits an action until the end, and without it the end may never come: the mailbox carries the failure.
            _mailbox.Fail(error);
        }
    }

    private async Task DoAsync(RunAction action)
    {
        switch (action)
        {
            case RunAction.RemoveMedium(var overdue):
                _reports.MediumOverdue = overdue;
                var removing = TryAsync(RemoveMediumAsync, () => new RunSignal.MediumRemoved(), why => new RunSignal.MediumStuck(why));
                _journal.Note(known => known with { Medium = MediumState.Removing }); // meanwhile: nothing may hold up the removal
                _removingNoted.TrySetResult();
                await removing;
                break;
            case RunAction.AskToPowerDown(var cause):
                // Before it is told: who hears of the grace may count on it. Asked by another process before us, it counts from then.
                var now = _journal.Journal.Now(_time);
                var asked = _journal.Journal.StopAsked ?? now;
                var grace = asked + _journal.Journal.ShutdownGrace - now;
                grace = grace > TimeSpan.Zero ? grace : TimeSpan.Zero;
                _mailbox.Set(RunTimer.Grace, grace, new RunSignal.GraceOver());
                _journal.Note(known => known with { StopCause = cause, StopAsked = asked });
                _observer.Observe(new RunEvent.ShutdownRequested(cause, grace));
                await PressPowerButtonAsync();
                _mailbox.Set(RunTimer.Press, BetweenPresses, new RunSignal.StillThere(), every: BetweenPresses);
                break;
            case RunAction.PressPowerButton:
                await PressPowerButtonAsync();
                break;
            case RunAction.ReturnLeases(var reason, var saysIdle):
                // One that gave them back in another process's hands holds nothing any more, and is on its way all the same.
                var underWay = _journal.Journal.Retiring is not null;
                if (_leases.Store.Holds(_machine.Id))
                {
                    _journal.Note(known => known with { Retiring = reason });
                }

                var held = false;
                await TryAsync(
                    async () => held = await _leases.RetireAsync(_machine.Id, saysIdle),
                    () => new RunSignal.LeasesReturned(held || underWay),
                    why => new RunSignal.LeasesKept(why));
                break;
            case RunAction.WatchForJob(var reason):
                _mailbox.Set(RunTimer.Retirement, JobUnderWay, new RunSignal.NoJobCame()); // it runs when it is told
                _observer.Observe(new RunEvent.Retiring(reason, JobUnderWay));
                break;
            case RunAction.Spare(var why, var again, var told):
                _mailbox.Set(RunTimer.Retirement, again is null ? null : RetireAgain, new RunSignal.SparedLongEnough());
                _journal.Note(known => known with { Retiring = null, Spared = new RunSparing(why, known.Now(_time)) });
                if (told || again is null || why != _spared)
                {
                    _observer.Observe(new RunEvent.Spared(why));
                }

                _spared = why;
                break;
            case RunAction.AwaitRoom:
                _storage.AwaitRoom(true);
                _mailbox.Set(RunTimer.Room, RoomPatience, new RunSignal.RoomOverdue());
                if (LookAtStorage() is not { MustGiveWay: true })
                {
                    _observer.Observe(new RunEvent.Suspended("the disk with the state directory is full, and the machine waits for room on it"));
                }

                break;
            case RunAction.Resume:
                await TryAsync(() => _machine.ResumeAsync(CancellationToken.None), null, why => new RunSignal.ResumeStuck(why));
                break;
            case RunAction.StopAwaitingRoom:
                _storage.AwaitRoom(false);
                _mailbox.Clear(RunTimer.Room);
                _observer.Observe(new RunEvent.Resumed());
                break;
            case RunAction.Kill(var why):
                _observer.Observe(new RunEvent.Killing(why));
                await _machine.KillAsync(CancellationToken.None);
                break;
        }
    }

    private Task PressPowerButtonAsync() =>
        TryAsync(() => _machine.RequestPowerDownAsync(CancellationToken.None), null, why => new RunSignal.PowerButtonStuck(why));

    private StorageView? LookAtStorage()
    {
        var seen = _storage.Look();
        if (seen is { } view)
        {
            Post(new RunSignal.StorageSeen(view));
        }

        return seen;
    }

    private async Task RemoveMediumAsync()
    {
        await _machine.RemoveConfigMediaAsync(CancellationToken.None);
        _clock.ConfigurationRemoved();
        _observer.Observe(new RunEvent.ConfigurationRemoved(_reports.MediumOverdue ? null : _clock.Timeline.RemovalTook, _clock.Timeline.TrayFoundOpen is true));
        await _removingNoted.Task; // what is written down last is what is true
        _journal.Note(known => known with { Phase = RunPhase.ConfigurationRemoved, Medium = MediumState.Removed });
        _ = Task.Run(SecretMask.Forget, CancellationToken.None); // what somebody still held when the guest started, or what lay beside it, is garbage by now
    }

    // Only of a guest that says that it waits: what works is not listed always either.
    private async Task LookAtLeasesAsync(CancellationToken cancellationToken)
    {
        if (_reports.Guest is { Busy: false } && _leases.Store.Holds(_machine.Id) && await _leases.LookAsync(_machine.Id, cancellationToken) is { } sight)
        {
            Post(new RunSignal.LeasesSeen(sight.View));
            if (sight.Remark is { } remark && remark != _remark)
            {
                _remark = remark;
                _observer.Observe(new RunEvent.Warning($"it waits for a job, and {remark}"));
            }
        }
    }

    private async Task TryAsync(Func<Task> command, Func<RunSignal>? success, Func<string, RunSignal> failure)
    {
        try
        {
            await command();
            if (success is not null)
            {
                Post(success());
            }
        }
        catch (OrchestratorException error)
        {
            Post(failure(error.Message));
        }
    }

    private void Post(RunSignal signal) => _mailbox.Post(signal);
}

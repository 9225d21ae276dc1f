using System.Runtime.ExceptionServices;
using System.Threading.Channels;
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
internal sealed class RunWatch(
    IVirtualMachine machine,
    JournalKeeper journal,
    RunState initial,
    LeaseReturn leases,
    SharedStorage storage,
    IRunObserver observer,
    RunClock clock,
    TimeProvider time)
{
    // Firmware that is entered a second time (SeaBIOS) resets the machine once or twice more within milliseconds, to get a clean start.
    private static readonly TimeSpan OneReboot = TimeSpan.FromSeconds(2);

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

    private readonly Channel<RunSignal> _mailbox = Channel.CreateUnbounded<RunSignal>(new() { SingleReader = true });
    private readonly List<Task> _underway = [];
    private readonly TaskCompletionSource _removingNoted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _unheardBefore = journal.Journal.Guest?.UnheardLines ?? 0;
    private readonly VmId _run = machine.Id;
    private long? _rebooted;
    private bool _foundOver;
    private bool _overdue;
    private string? _spared;
    private string? _remark;
    private RunJournal _heard = journal.Journal; // with what the guest has said since, which is written down beside
    private Task _noting = Task.CompletedTask;
    private Task _looking = Task.CompletedTask;
    private RunTimers? _timers;

    private RunTimers Timers => _timers ??= new RunTimers(Post, time);

    /// <summary>The guest has started, and its time runs.</summary>
    public void StartLimits()
    {
        Timers.Set(RunTimer.Limit, journal.Journal.TimeLimit, new RunSignal.TimeUp());
        Timers.Set(RunTimer.Config, journal.Journal.ConfigLimit, new RunSignal.ConfigOverdue());
    }

    /// <summary>Goes on where another process, which watched the machine before, was interrupted. The deadline stays what it was.</summary>
    public void Resume()
    {
        var known = journal.Journal;
        _foundOver = machine.Completion.IsCompleted; // when it ended, nobody saw
        Timers.Set(RunTimer.Limit, known.Left(time), new RunSignal.TimeUp());
        Timers.Set(RunTimer.Idle, known.IdleLeft(time), new RunSignal.RetireRequested(RetireReason.NoJob));
        Timers.Set(RunTimer.Config, known.Started + known.ConfigLimit - known.Now(time), new RunSignal.ConfigOverdue());
        if (known.Medium == MediumState.Removing)
        {
            // Whether the medium was out when the watching ended, nobody can tell; removing it twice does no harm.
            Post(new RunSignal.Machine(new VmEvent.TrayOpened(FoundOpen: true), time.GetTimestamp()));
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
        await using var visits = time.CreateBeat(() => _looking = LookAtLeasesAsync(noLonger.Token), BetweenLooks);
        await using var looks = time.CreateBeat(() => LookAtStorage(), SharedStorage.Interval);
        var listening = ListenAsync(noLonger.Token);
        try
        {
            return Conclude(await DecideUntilOverAsync());
        }
        catch (ChannelClosedException closed) when (closed.InnerException is { } cause)
        {
            ExceptionDispatchInfo.Throw(cause);
            throw;
        }
        finally
        {
            await Timers.DisposeAsync();
            await visits.DisposeAsync();
            await noLonger.CancelAsync();
            await listening;
            await _looking;
            await _noting;
        }
    }

    private async Task<RunState> DecideUntilOverAsync()
    {
        var state = initial;
        while (!state.Over)
        {
            var signal = await _mailbox.Reader.ReadAsync();
            Tell(signal);
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
            observer.Observe(new RunEvent.Left());
            return new RunResult(RunOutcome.Left, string.Empty, clock.Timeline);
        }

        var result = RunResult.Of(state.Exit!, state.Cause, clock.Timeline, state.Why);

        // That one which was ended early had not come so far is no news.
        if (state.Medium == MediumState.Inserted && result.Outcome is RunOutcome.TimeLimit or RunOutcome.GuestShutdown or RunOutcome.GuestPanic)
        {
            observer.Observe(new RunEvent.Warning(
                "the guest never opened the config drive's tray, so it could read its configuration to the end"));
        }

        journal.Note(known => known with { Phase = RunPhase.Ended });
        observer.Observe(new RunEvent.Ended(result));
        return result;
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var happened in machine.Events.WithCancellation(cancellationToken))
            {
                Post(new RunSignal.Machine(happened, time.GetTimestamp()));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The watch ended before the machine did: it could not be killed, or there is a defect, which is being reported.
        }
    }

    private void Tell(RunSignal signal)
    {
        if (signal is not RunSignal.Machine(var happened, var at))
        {
            return;
        }

        switch (happened)
        {
            // A guest can do either in a loop: told is what changes something, and no more of it than a person can read.
            case VmEvent.TrayOpened when _overdue || clock.Timeline.TrayOpened is not null: // we opened it, or it is told already
            case VmEvent.GuestRebooted when _rebooted is { } told && time.GetElapsedTime(told, at) < OneReboot:
                return;
            case VmEvent.TrayOpened(var foundOpen):
                clock.TrayOpened(at, foundOpen);
                break;
            case VmEvent.GuestRebooted:
                _rebooted = at;
                break;
            case VmEvent.GuestSaid(var report):
                Hear(report);
                break;
            case VmEvent.GuestUnheard(var lines):
                Note(_heard with { Guest = (_heard.Guest ?? new GuestActivity()) with { UnheardLines = _unheardBefore + lines } });
                break;
            case VmEvent.Stopped when !_foundOver:
                clock.ShutDown();
                break;
        }

        if (Describe(happened) is { } worthTelling)
        {
            observer.Observe(worthTelling);
        }
    }

    private void Hear(GuestReport report)
    {
        var now = journal.Journal.Now(time);
        var before = _heard;
        var known = before.Guest ?? new GuestActivity();
        var next = known.After(report, now);
        if (ReferenceEquals(next, known))
        {
            return;
        }

        var after = before.After(next, now);
        if (before.Deadline != after.Deadline)
        {
            Timers.Set(RunTimer.Limit, after.Deadline - now, new RunSignal.TimeUp());
        }

        if (before.IdleDeadline != after.IdleDeadline)
        {
            Timers.Set(RunTimer.Idle, after.IdleDeadline - now, new RunSignal.RetireRequested(RetireReason.NoJob));
        }

        Note(after); // whoever reads it may count on the timers
        observer.Observe(report switch
        {
            GuestReport.JobStarted(var name) => new RunEvent.JobStarted(name),
            GuestReport.JobEnded(var result) when next.Jobs[^1] is var job => new RunEvent.JobEnded(job.Name, result, now - job.Started),
            GuestReport.Status(var text) => new RunEvent.GuestStatus(text),
            _ => new RunEvent.GuestReady(),
        });
    }

    // Beside the mailbox, one after another, and of many only the last: a guest says what it likes, and a disk may be slow.
    private void Note(RunJournal next)
    {
        var before = _noting;
        _heard = next;
        _noting = Task.Run(async () =>
        {
            await before;
            if (ReferenceEquals(next, _heard))
            {
                journal.Note(known => known with { Guest = next.Guest, Deadline = next.Deadline, IdleDeadline = next.IdleDeadline });
            }
        });
    }

    private static RunEvent? Describe(VmEvent happened) => happened switch
    {
        VmEvent.GuestUnheard(1) => new RunEvent.Warning(
            "the guest says more by its port than is listened to: some of it is not heard, and whether it works is perhaps not known"),
        VmEvent.TrayOpened => new RunEvent.TrayOpened(),
        VmEvent.GuestRebooted => new RunEvent.GuestRebooted(),
        VmEvent.GuestPanicked => new RunEvent.GuestPanicked(),
        VmEvent.ControlLost(var cause) => new RunEvent.ControlLost(cause),
        VmEvent.ControlRestored => new RunEvent.ControlRestored(),
        VmEvent.PowerButtonPressed(var cause) => new RunEvent.PowerButtonPressed(cause),
        VmEvent.Suspended(var cause) => new RunEvent.Suspended(cause),
        VmEvent.Resumed => new RunEvent.Resumed(),
        _ => null,
    };

    private async Task PerformAsync(RunAction action)
    {
        try
        {
            await DoAsync(action);
        }
        catch (Exception error)
        {
            // Nobody awaits an action until the end, and without it the end may never come: the mailbox carries the failure.
            _mailbox.Writer.TryComplete(error);
        }
    }

    private async Task DoAsync(RunAction action)
    {
        switch (action)
        {
            case RunAction.RemoveMedium(var overdue):
                _overdue = overdue;
                var removing = TryAsync(RemoveMediumAsync, () => new RunSignal.MediumRemoved(), why => new RunSignal.MediumStuck(why));
                journal.Note(known => known with { Medium = MediumState.Removing }); // meanwhile: nothing may hold up the removal
                _removingNoted.TrySetResult();
                await removing;
                break;
            case RunAction.AskToPowerDown(var cause):
                // Before it is told: who hears of the grace may count on it. Asked by another process before us, it counts from then.
                var now = journal.Journal.Now(time);
                var asked = journal.Journal.StopAsked ?? now;
                var grace = asked + journal.Journal.ShutdownGrace - now;
                grace = grace > TimeSpan.Zero ? grace : TimeSpan.Zero;
                Timers.Set(RunTimer.Grace, grace, new RunSignal.GraceOver());
                journal.Note(known => known with { StopCause = cause, StopAsked = asked });
                observer.Observe(new RunEvent.ShutdownRequested(cause, grace));
                await PressPowerButtonAsync();
                Timers.Set(RunTimer.Press, BetweenPresses, new RunSignal.StillThere(), every: BetweenPresses);
                break;
            case RunAction.PressPowerButton:
                await PressPowerButtonAsync();
                break;
            case RunAction.ReturnLeases(var reason, var saysIdle):
                // One that gave them back in another process's hands holds nothing any more, and is on its way all the same.
                var underWay = journal.Journal.Retiring is not null;
                if (leases.Store.Holds(_run))
                {
                    journal.Note(known => known with { Retiring = reason });
                }

                var held = false;
                await TryAsync(
                    async () => held = await leases.RetireAsync(_run, saysIdle),
                    () => new RunSignal.LeasesReturned(held || underWay),
                    why => new RunSignal.LeasesKept(why));
                break;
            case RunAction.WatchForJob(var reason):
                Timers.Set(RunTimer.Retirement, JobUnderWay, new RunSignal.NoJobCame()); // it runs when it is told
                observer.Observe(new RunEvent.Retiring(reason, JobUnderWay));
                break;
            case RunAction.Spare(var why, var again):
                Timers.Clear(RunTimer.Retirement);
                if (again is { } later)
                {
                    Timers.Set(RunTimer.Retirement, RetireAgain, new RunSignal.RetireRequested(later));
                }

                journal.Note(known => known with { Retiring = null });
                if (again is null || why != _spared)
                {
                    observer.Observe(new RunEvent.Spared(why));
                }

                _spared = why;
                break;
            case RunAction.AwaitRoom:
                storage.AwaitRoom(true);
                Timers.Set(RunTimer.Room, RoomPatience, new RunSignal.RoomOverdue());
                if (LookAtStorage() is not { MustGiveWay: true })
                {
                    observer.Observe(new RunEvent.Suspended("the disk with the state directory is full, and the machine waits for room on it"));
                }

                break;
            case RunAction.Resume:
                await TryAsync(() => machine.ResumeAsync(CancellationToken.None), null, why => new RunSignal.ResumeStuck(why));
                break;
            case RunAction.StopAwaitingRoom:
                storage.AwaitRoom(false);
                Timers.Clear(RunTimer.Room);
                observer.Observe(new RunEvent.Resumed());
                break;
            case RunAction.Kill(var why):
                observer.Observe(new RunEvent.Killing(why));
                await machine.KillAsync(CancellationToken.None);
                break;
        }
    }

    private Task PressPowerButtonAsync() =>
        TryAsync(() => machine.RequestPowerDownAsync(CancellationToken.None), null, why => new RunSignal.PowerButtonStuck(why));

    private StorageView? LookAtStorage()
    {
        var seen = storage.Look();
        if (seen is { } view)
        {
            Post(new RunSignal.StorageSeen(view));
        }

        return seen;
    }

    private async Task RemoveMediumAsync()
    {
        await machine.RemoveConfigMediaAsync(CancellationToken.None);
        clock.ConfigurationRemoved();
        observer.Observe(new RunEvent.ConfigurationRemoved(_overdue ? null : clock.Timeline.RemovalTook, clock.Timeline.TrayFoundOpen is true));
        await _removingNoted.Task; // what is written down last is what is true
        journal.Note(known => known with { Phase = RunPhase.ConfigurationRemoved, Medium = MediumState.Removed });
    }

    // Only of a guest that says that it waits: what works is not listed always either.
    private async Task LookAtLeasesAsync(CancellationToken cancellationToken)
    {
        if (_heard.Guest is { Busy: false } && leases.Store.Holds(_run) && await leases.LookAsync(_run, cancellationToken) is { } sight)
        {
            Post(new RunSignal.LeasesSeen(sight.View));
            if (sight.Remark is { } remark && remark != _remark)
            {
                _remark = remark;
                observer.Observe(new RunEvent.Warning($"it waits for a job, and {remark}"));
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

    private void Post(RunSignal signal) => _mailbox.Writer.TryWrite(signal);
}

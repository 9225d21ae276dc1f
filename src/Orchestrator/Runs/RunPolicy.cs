using Orchestrator.Drivers;
using Orchestrator.State;

namespace Orchestrator.Runs;

/// <summary>
/// Every decision about a running run, as a pure function: what is known and what just happened give what is known now and what to
/// do. The same for every driver.
/// </summary>
internal static class RunPolicy
{
    /// <summary>Decides.</summary>
    /// <returns>The new state, and the actions to take in order. To a run that is <see cref="RunState.Over"/> nothing is ever done.</returns>
    public static (RunState State, IReadOnlyList<RunAction> Actions) Next(RunState state, RunSignal signal)
    {
        if (state.Over)
        {
            return (state, []);
        }

        return signal switch
        {
            RunSignal.Machine { Happened: VmEvent.TrayOpened } when state.Medium == MediumState.Inserted =>
                (state with { Medium = MediumState.Removing }, [new RunAction.RemoveMedium()]),
            RunSignal.ConfigOverdue when state.Medium == MediumState.Inserted =>
                (state with { Medium = MediumState.Removing }, [new RunAction.RemoveMedium(Overdue: true)]),
            RunSignal.MediumRemoved =>
                (state with { Medium = MediumState.Removed }, []),

            // The guest could read its secrets for as long as it likes: better no machine than that one.
            RunSignal.MediumStuck(var why) => Kill(state, StopCause.MediumStuck, why),

            // The machine is paused, and whoever has taken the most is ended, which may be another. A machine that is being tried again was not yet told to have room.
            RunSignal.Machine { Happened: VmEvent.StorageFull } =>
                (state with { Storage = StorageState.Full }, state.Storage == StorageState.Enough ? [new RunAction.AwaitRoom()] : []),
            RunSignal.Machine { Happened: VmEvent.StorageLimitReached(var limit) } =>
                Kill(state, StopCause.StorageFull, $"the host let it write no more: {limit}"),
            RunSignal.StorageSeen({ MustGiveWay: true }) =>
                Kill(state, StopCause.StorageFull, "the disk with the state directory is full, and of all machines this one has taken the most of it"),
            RunSignal.StorageSeen({ HasRoom: true }) when state is { Storage: StorageState.Full, Killing: false } =>
                (state with { Storage = StorageState.Retrying }, [new RunAction.Resume()]),
            RunSignal.StorageSeen when state.Storage == StorageState.Retrying =>
                (state with { Storage = StorageState.Enough }, [new RunAction.StopAwaitingRoom()]),
            RunSignal.RoomOverdue when state.Storage != StorageState.Enough =>
                Kill(state, StopCause.StorageFull, "the disk with the state directory is full, and nobody made room in time"),
            RunSignal.ResumeStuck(var why) => Kill(state, StopCause.StorageFull, why),

            // Nothing that it was to do can succeed any more, and its time limit may be hours away.
            RunSignal.Machine { Happened: VmEvent.NetworkLost(var why) } => Kill(state, StopCause.NetworkLost, why),
            RunSignal.Machine { Happened: VmEvent.Stopped(var exit) } => (state with { Exit = exit }, []),

            RunSignal.Machine { Happened: VmEvent.GuestSaid(var report) } => Retirement.Hear(state, report),
            RunSignal.RetireRequested(var reason) => Retirement.Begin(state, reason),
            RunSignal.SparedLongEnough => state.Pending is { } pending ? Retirement.Begin(state, pending) : (state with { Spared = false }, []),
            RunSignal.LeasesReturned(var any) => Retirement.Go(state, any),
            RunSignal.LeasesKept(var why) => Retirement.Spare(state, why),
            RunSignal.LeasesSeen(var view) => Retirement.See(state, view),
            RunSignal.NoJobCame when state is { Retiring: RetireStep.Watched, Reason: { } reason } => Retirement.End(state, reason),

            RunSignal.TimeUp => AskToPowerDown(state, StopCause.TimeLimit),
            RunSignal.StopRequested => AskToPowerDown(state, StopCause.Stopped),

            // A machine that is being killed is as good as over: wait for that rather than leave somebody else a corpse.
            RunSignal.LeaveRequested when !state.Killing => (state with { Left = true }, []),
            RunSignal.KillRequested => Kill(state, StopCause.Stopped, "asked to stop at once"),
            RunSignal.GraceOver => Kill(state, state.Cause ?? StopCause.Stopped, "the guest did not power down in time"),
            RunSignal.StillThere when state is { Cause: not null, Killing: false } => (state, [new RunAction.PressPowerButton()]),
            RunSignal.PowerButtonStuck(var why) => Kill(state, state.Cause ?? StopCause.Stopped, why),
            _ => (state, []),
        };
    }

    /// <summary>One ladder, whoever wants the end: the first cause is the one that is reported, and asking happens once.</summary>
    public static (RunState State, IReadOnlyList<RunAction> Actions) AskToPowerDown(RunState state, StopCause cause, string? why = null) =>
        state.Cause is not null
            ? (state, [])
            : (state with { Cause = cause, Why = why }, [new RunAction.AskToPowerDown(cause)]);

    private static (RunState, IReadOnlyList<RunAction>) Kill(RunState state, StopCause cause, string why) =>
        state.Killing
            ? (state, [])
            : (state with { Cause = state.Cause ?? cause, Why = state.Cause is null ? why : null, Killing = true }, [new RunAction.Kill(why)]);
}

/// <summary>What is known of a run whose guest has started.</summary>
internal sealed record RunState
{
    /// <summary>A run whose guest has just started.</summary>
    public static RunState Started { get; } = new();

    /// <summary>Where the config drive's medium is.</summary>
    public MediumState Medium { get; init; } = MediumState.Inserted;

    /// <summary>Why the run is being ended from outside; null while nobody wants it to end.</summary>
    public StopCause? Cause { get; init; }

    /// <summary>More about that, for a person, where there is more to say.</summary>
    public string? Why { get; init; }

    /// <summary>The machine is being ended at once.</summary>
    public bool Killing { get; init; }

    /// <summary>Somebody else is to go on watching the machine.</summary>
    public bool Left { get; init; }

    /// <summary>Whether the machine is paused for want of room on the host's disk.</summary>
    public StorageState Storage { get; init; }

    /// <summary>Whether the guest works, as it said last; null where it has said nothing of that.</summary>
    public bool? Working { get; init; }

    /// <summary>Why it is to get no job any more; null while it may get one.</summary>
    public RetireReason? Reason { get; init; }

    /// <summary>What it is tried for again where it was spared, or has a job.</summary>
    public RetireReason? Pending { get; init; }

    /// <summary>How far that came.</summary>
    public RetireStep Retiring { get; init; }

    /// <summary>It was tried just now in vain, and is after a while: a guest that says now this and now that has nobody asked as often.</summary>
    public bool Spared { get; init; }

    /// <summary>How many looks in a row found nothing of what it holds elsewhere.</summary>
    public int Unlisted { get; init; }

    /// <summary>How the machine ended; null while it runs.</summary>
    public VmExit? Exit { get; init; }

    /// <summary>There is nothing left to watch.</summary>
    public bool Over => Exit is not null || Left;
}

/// <summary>What a run does next. A closed hierarchy.</summary>
internal abstract record RunAction
{
    private RunAction()
    {
    }

    /// <summary>Take the medium from the guest.</summary>
    /// <param name="Overdue">Its time is up, and not the tray open.</param>
    public sealed record RemoveMedium(bool Overdue = false) : RunAction;

    /// <summary>Press the power button and start the grace period.</summary>
    public sealed record AskToPowerDown(StopCause Cause) : RunAction;

    /// <summary>Press the power button once more.</summary>
    public sealed record PressPowerButton : RunAction;

    /// <summary>Let others know that room is needed on the disk, and begin to wait for it.</summary>
    public sealed record AwaitRoom : RunAction;

    /// <summary>Let the paused machine try again.</summary>
    public sealed record Resume : RunAction;

    /// <summary>Room was found: the waiting ends.</summary>
    public sealed record StopAwaitingRoom : RunAction;

    /// <summary>Give back what the run holds elsewhere, so that it gets no job any more.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="SaysIdle">The guest says that it has none.</param>
    public sealed record ReturnLeases(RetireReason Reason, bool SaysIdle) : RunAction;

    /// <summary>Watch for a while whether a job comes nevertheless: one that was given before, and nobody has heard of yet.</summary>
    public sealed record WatchForJob(RetireReason Reason) : RunAction;

    /// <summary>Let the machine go on.</summary>
    /// <param name="Why">Why, for a person.</param>
    /// <param name="Again">After a while its leases are to be given back after all.</param>
    /// <param name="Asked">Somebody waits to hear of it.</param>
    public sealed record Spare(string Why, RetireReason? Again, bool Asked = false) : RunAction;

    /// <summary>End the machine at once.</summary>
    public sealed record Kill(string Why) : RunAction;
}

/// <summary>Whether there is room for what a machine writes.</summary>
internal enum StorageState
{
    /// <summary>As far as is known, there is.</summary>
    Enough,

    /// <summary>A write failed, and the machine is paused.</summary>
    Full,

    /// <summary>The machine tries that write again, and nobody has heard yet that it failed.</summary>
    Retrying,
}

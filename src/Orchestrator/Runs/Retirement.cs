using Orchestrator.Drivers;
using Orchestrator.Leases;
using Orchestrator.State;

namespace Orchestrator.Runs;

/// <summary>
/// The part of <see cref="RunPolicy"/> about machines that wait for a job. Whoever gives the jobs may give one at any moment, and whether it has is known to nobody at once: GitHub
/// calls a runner idle while it works, for a minute and sometimes longer. So what the machine holds there is given back first, then is waited for a job that was given before,
/// and only then is the machine ended. A machine that works is never touched.
/// </summary>
internal static class Retirement
{
    // At ten minutes, by the looks of RunWatch.
    private const int UnlistedLooks = 3;

    /// <summary>The guest says whether it works.</summary>
    public static (RunState State, IReadOnlyList<RunAction> Actions) Hear(RunState state, GuestReport report)
    {
        bool? working = report switch
        {
            GuestReport.JobStarted => true,
            GuestReport.Ready or GuestReport.JobEnded => false,
            _ => state.Working,
        };
        var heard = state with
        {
            Working = working,
            Unlisted = working is true ? 0 : state.Unlisted,

            // Whoever has got a job has waited long enough for the next one only when as much time has gone by again.
            Pending = working is true && state.Pending is RetireReason.NoJob ? null : state.Pending,
        };
        return (working, state) switch
        {
            (true, { Retiring: not RetireStep.No, Cause: null }) => Spare(heard, "its guest has been given a job"),
            (false, { Working: not false, Pending: { } reason, Retiring: RetireStep.No, Spared: false }) => Begin(heard, reason),
            _ => (heard, []),
        };
    }

    /// <summary>It is to get no job any more. Whoever asks in person hears what comes of it, also where it was to end already.</summary>
    public static (RunState State, IReadOnlyList<RunAction> Actions) Begin(RunState state, RetireReason reason)
    {
        var pending = state with { Pending = PendingAfter(state, reason), Spared = false };
        return state switch
        {
            { Cause: not null } => (state, []),
            { Working: true } => (pending, reason is RetireReason.Asked ? [new RunAction.Spare("its guest works", Again: null, Asked: true)] : []),
            { Retiring: not RetireStep.No } => (pending with { Reason = reason is RetireReason.Asked ? reason : state.Reason }, []),
            _ => (pending with { Reason = reason, Retiring = RetireStep.Returning }, [new RunAction.ReturnLeases(reason, state.Working is false)]),
        };
    }

    /// <summary>It gets none any more. What holds nothing elsewhere may be given one by somebody else, and is ended only where it was to be in any case.</summary>
    public static (RunState State, IReadOnlyList<RunAction> Actions) Go(RunState state, bool heldAny) => state switch
    {
        not { Retiring: RetireStep.Returning, Reason: { }, Cause: null } => (state, []),
        { Reason: { } reason } when heldAny => (state with { Retiring = RetireStep.Watched }, [new RunAction.WatchForJob(reason)]),
        { Reason: RetireReason.Outdated } => (state with { Retiring = RetireStep.No, Reason = null, Pending = null }, []),
        { Reason: { } reason } => End(state, reason),
    };

    /// <summary>It has a job, or nobody can tell.</summary>
    public static (RunState State, IReadOnlyList<RunAction> Actions) Spare(RunState state, string why)
    {
        if (state is not { Retiring: not RetireStep.No, Reason: { } reason, Cause: null })
        {
            return (state, []);
        }

        return (
            state with { Retiring = RetireStep.No, Reason = null, Spared = state.Pending is not null },
            [new RunAction.Spare(why, state.Pending, Asked: reason is RetireReason.Asked)]);
    }

    /// <summary>Somebody looked at what it holds elsewhere.</summary>
    public static (RunState State, IReadOnlyList<RunAction> Actions) See(RunState state, LeaseView view)
    {
        var seen = state with { Unlisted = view == LeaseView.Gone && state.Working is false ? state.Unlisted + 1 : 0 };
        return seen.Unlisted < UnlistedLooks ? (seen, []) : Begin(seen with { Unlisted = 0 }, RetireReason.Unlisted);
    }

    /// <summary>No job came.</summary>
    public static (RunState State, IReadOnlyList<RunAction> Actions) End(RunState state, RetireReason reason) => reason switch
    {
        RetireReason.NoJob => RunPolicy.AskToPowerDown(state, StopCause.Idle, "no job came in the time that it may wait for one"),
        RetireReason.Unlisted => RunPolicy.AskToPowerDown(
            state, StopCause.Idle, "what it holds has not been listed for ten minutes, so that it would never have got a job"),
        _ => RunPolicy.AskToPowerDown(state, StopCause.Stopped),
    };

    // A person may ask again, and looks go on.
    private static RetireReason? PendingAfter(RunState state, RetireReason reason) => reason switch
    {
        RetireReason.Outdated => reason,
        RetireReason.NoJob when state.Working is not true => state.Pending ?? reason,
        _ => state.Pending,
    };
}

/// <summary>How far a machine has come on its way to getting no job any more.</summary>
internal enum RetireStep
{
    /// <summary>It may get one.</summary>
    No,

    /// <summary>What it holds elsewhere is being given back.</summary>
    Returning,

    /// <summary>It gets none, and is watched for one that was given before.</summary>
    Watched,
}

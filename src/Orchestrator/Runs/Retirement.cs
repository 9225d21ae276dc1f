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
            Reason = working is true && state.Retiring == RetireStep.No ? Lasting(state.Reason, working) : state.Reason,
        };
        return (working, state) switch
        {
            (true, { Retiring: not RetireStep.No, Cause: null }) => Spare(heard, "its guest has been given a job"),
            (false, { Working: not false, Reason: { } reason, Retiring: RetireStep.No, Spared: false }) => Begin(heard, reason),
            _ => (heard, []),
        };
    }

    /// <summary>It is to get no job any more.</summary>
    public static (RunState State, IReadOnlyList<RunAction> Actions) Begin(RunState state, RetireReason reason) => state switch
    {
        { Cause: not null } or { Retiring: not RetireStep.No } => (state, []),
        { Working: true } => (state with { Reason = Lasting(reason, working: true), Spared = false }, []),
        _ => (state with { Reason = reason, Spared = false, Retiring = RetireStep.Returning }, [new RunAction.ReturnLeases(reason, state.Working is false)]),
    };

    /// <summary>It gets none any more. What holds nothing elsewhere may be given one by somebody else, and is ended only where it was to be in any case.</summary>
    public static (RunState State, IReadOnlyList<RunAction> Actions) Go(RunState state, bool heldAny) => state switch
    {
        not { Retiring: RetireStep.Returning, Reason: { } } => (state, []),
        { Reason: { } reason } when heldAny => (state with { Retiring = RetireStep.Watched }, [new RunAction.WatchForJob(reason)]),
        { Reason: RetireReason.Outdated } => (state with { Retiring = RetireStep.No, Reason = null }, []),
        { Reason: { } reason } => End(state, reason),
    };

    /// <summary>It has a job, or nobody can tell.</summary>
    public static (RunState State, IReadOnlyList<RunAction> Actions) Spare(RunState state, string why)
    {
        if (state is not { Retiring: not RetireStep.No, Reason: { } reason })
        {
            return (state, []);
        }

        var again = Lasting(reason, state.Working);
        return (state with { Retiring = RetireStep.No, Reason = again, Spared = again is not null }, [new RunAction.Spare(why, again)]);
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

    // A person may ask again, looks go on, and whoever has got a job has waited long enough for the next one only when as much time has gone by again.
    private static RetireReason? Lasting(RetireReason? reason, bool? working) =>
        reason is RetireReason.Outdated || (reason is RetireReason.NoJob && working is not true) ? reason : null;
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

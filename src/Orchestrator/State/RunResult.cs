using Orchestrator.Drivers;

namespace Orchestrator.State;

/// <summary>How a run ended: judged here, once, from what its machine came to and who wanted that.</summary>
/// <param name="Outcome">The verdict.</param>
/// <param name="Detail">More about it, for a person; empty when there is no more.</param>
/// <param name="Timeline">When each phase was reached.</param>
internal sealed record RunResult(RunOutcome Outcome, string Detail, RunTimeline Timeline)
{
    /// <summary>The machine was killed, and did not shut down.</summary>
    public bool ByForce { get; private init; }

    /// <summary>The verdict on a machine that is over.</summary>
    /// <param name="exit">How it ended.</param>
    /// <param name="cause">Why it was ended from outside; null when the guest ended by itself.</param>
    /// <param name="timeline">When each phase was reached.</param>
    /// <param name="why">Why it was ended, which says more than how.</param>
    public static RunResult Of(VmExit exit, StopCause? cause, RunTimeline timeline, string? why = null)
    {
        var outcome = (cause, exit.Reason) switch
        {
            (StopCause.TimeLimit, _) => RunOutcome.TimeLimit,
            (StopCause.Idle, _) => RunOutcome.Idle,
            (StopCause.Stopped, _) => RunOutcome.Stopped,
            (StopCause.StorageFull, _) => RunOutcome.StorageFull,
            (StopCause.MediumStuck, _) => RunOutcome.MediumStuck,
            (StopCause.NetworkLost, _) => RunOutcome.NetworkLost,
            (_, VmExitReason.GuestShutdown or VmExitReason.PoweredOff) => RunOutcome.GuestShutdown,
            (_, VmExitReason.GuestPanic) => RunOutcome.GuestPanic,
            (_, VmExitReason.HypervisorCrashed) => RunOutcome.HypervisorCrashed,
            (_, VmExitReason.Killed) => RunOutcome.Killed,
            _ => RunOutcome.Unknown,
        };
        var detail = outcome is RunOutcome.Idle or RunOutcome.StorageFull or RunOutcome.MediumStuck or RunOutcome.NetworkLost ? why ?? exit.Detail : exit.Detail;
        return new RunResult(outcome, detail, timeline) { ByForce = exit.Reason == VmExitReason.Killed };
    }

    /// <summary>The verdict on a run that came to nothing.</summary>
    /// <param name="failure">Why; of what is no failure that users are meant to read, nothing is told: it may say anything, secrets included.</param>
    /// <param name="timeline">When each phase was reached.</param>
    public static RunResult Of(Exception failure, RunTimeline timeline) => failure switch
    {
        OperationCanceledException => new RunResult(RunOutcome.Stopped, "interrupted before the guest started", timeline),
        OrchestratorException => new RunResult(RunOutcome.Failed, failure.Message, timeline),
        _ => new RunResult(RunOutcome.Failed, "a defect of this program", timeline),
    };
}

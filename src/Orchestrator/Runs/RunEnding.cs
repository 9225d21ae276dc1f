using Orchestrator.Drivers;
using Orchestrator.State;

namespace Orchestrator.Runs;

/// <summary>Says in history's words how a run ended.</summary>
internal static class RunEnding
{
    /// <summary>The word for a result.</summary>
    public static RunOutcome OutcomeOf(RunResult result) => (result.Cause, result.Exit?.Reason) switch
    {
        (StopCause.TimeLimit, _) => RunOutcome.TimeLimit,
        (StopCause.Requested, _) => RunOutcome.Stopped,
        (StopCause.StorageFull, _) => RunOutcome.StorageFull,
        (StopCause.MediumStuck, _) => RunOutcome.MediumStuck,
        (_, VmExitReason.GuestShutdown or VmExitReason.PoweredOff) => RunOutcome.GuestShutdown,
        (_, VmExitReason.GuestPanic) => RunOutcome.GuestPanic,
        (_, VmExitReason.HypervisorCrashed) => RunOutcome.HypervisorCrashed,
        (_, VmExitReason.Killed) => RunOutcome.Killed,
        _ => RunOutcome.Unknown,
    };

    /// <summary>The summary of a run that came to a result, or, with none, to nothing.</summary>
    /// <param name="journal">What the run was.</param>
    /// <param name="result">How it ended; null where it failed.</param>
    /// <param name="failure">Why it failed.</param>
    /// <param name="now">When it was over.</param>
    public static RunSummary Summarize(RunJournal journal, RunResult? result, Exception? failure, DateTimeOffset now) =>
        result is not null
            ? RunSummary.Of(journal, OutcomeOf(result), result.Exit?.Detail ?? string.Empty, now) with { Timeline = result.Timeline }
            : failure is OperationCanceledException
                ? RunSummary.Of(journal, RunOutcome.Stopped, "interrupted before the guest started", now)
                : RunSummary.Of(journal, RunOutcome.Failed, Line(failure), now);

    // Whatever is no failure the user is meant to read may say anything, secrets included.
    private static string Line(Exception? failure) => failure is OrchestratorException ? failure.Message : "a defect of this program";
}

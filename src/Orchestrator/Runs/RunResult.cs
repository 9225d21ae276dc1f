using Orchestrator.Drivers;

namespace Orchestrator.Runs;

/// <summary>How a run ended, and when it passed each phase.</summary>
/// <param name="Exit">How the machine ended; null when it never started.</param>
/// <param name="Cause">Why it was ended from outside; null when the guest ended by itself.</param>
/// <param name="Timeline">When each phase was reached.</param>
internal sealed record RunResult(VmExit? Exit, StopCause? Cause, RunTimeline Timeline);

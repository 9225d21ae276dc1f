using Orchestrator.Drivers;

namespace Orchestrator.State;

/// <summary>How a run ended, and when it passed each phase.</summary>
/// <param name="Exit">How the machine ended; null when it never started, or was left running.</param>
/// <param name="Cause">Why it was ended from outside; null when the guest ended by itself.</param>
/// <param name="Timeline">When each phase was reached.</param>
internal sealed record RunResult(VmExit? Exit, StopCause? Cause, RunTimeline Timeline)
{
    /// <summary>The machine was left running for another process to adopt: the run is not over.</summary>
    public bool Left { get; init; }

    /// <summary>The guest shut itself down and nobody made it: the only end that is nobody's failure.</summary>
    public bool Succeeded => Cause is null && Exit?.Reason is VmExitReason.GuestShutdown or VmExitReason.PoweredOff;
}

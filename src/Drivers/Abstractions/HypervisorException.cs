namespace Orchestrator.Drivers;

/// <summary>A machine or its hypervisor failed: it died, hung, or refused a command it should know. Exit code 4.</summary>
/// <param name="message">The thing, why, and the remedy, on one line.</param>
/// <param name="innerException">What was caught, if anything; shown with <c>--verbose</c> only.</param>
public sealed class HypervisorException(string message, Exception? innerException = null)
    : OrchestratorException(message, innerException);

namespace Orchestrator.Drivers;

/// <summary>What the user wrote, on the command line or in a file, cannot be meant. Exit code 2.</summary>
/// <param name="message">The thing, why, and the remedy, on one line.</param>
/// <param name="innerException">What was caught, if anything; shown with <c>--verbose</c> only.</param>
public sealed class ConfigurationException(string message, Exception? innerException = null)
    : OrchestratorException(message, innerException);

namespace Orchestrator.Drivers;

/// <summary>
/// A failure the user can understand: its message is the line they read, naming the thing, why, and the remedy. The leaves
/// say whose turn it is: <see cref="ConfigurationException"/>, <see cref="HostException"/>, <see cref="HypervisorException"/>.
/// </summary>
public abstract class OrchestratorException : Exception
{
    private protected OrchestratorException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>What the user wrote, on the command line or in a file, cannot be meant. Exit code 2.</summary>
/// <param name="message">The thing, why, and the remedy, on one line.</param>
/// <param name="innerException">What was caught, if anything; shown with <c>--verbose</c> only.</param>
public sealed class ConfigurationException(string message, Exception? innerException = null)
    : OrchestratorException(message, innerException);

/// <summary>A machine or its hypervisor failed: it died, hung, or refused a command it should know. Exit code 4.</summary>
/// <param name="message">The thing, why, and the remedy, on one line.</param>
/// <param name="innerException">What was caught, if anything; shown with <c>--verbose</c> only.</param>
public sealed class HypervisorException(string message, Exception? innerException = null)
    : OrchestratorException(message, innerException);

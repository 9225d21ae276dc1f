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

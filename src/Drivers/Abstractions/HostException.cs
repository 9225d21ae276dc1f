namespace Orchestrator.Drivers;

/// <summary>The host, or a service it depends on, cannot do what was asked. Exit code 3.</summary>
/// <param name="problem">The kind of problem, for code that can do something about it.</param>
/// <param name="message">The thing, why, and the remedy, on one line.</param>
/// <param name="innerException">What was caught, if anything; shown with <c>--verbose</c> only.</param>
public sealed class HostException(HostProblem problem, string message, Exception? innerException = null)
    : OrchestratorException(message, innerException)
{
    /// <summary>The kind of problem.</summary>
    public HostProblem Problem { get; } = problem;
}

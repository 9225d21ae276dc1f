namespace Orchestrator.GitHub;

/// <summary>A failure whose cause and remedy are known where it happens.</summary>
/// <param name="message">Both, as the rest of the line that begins with whom the call was for.</param>
internal sealed class ExplainedException(string message) : Exception(message);

namespace Orchestrator.Images;

/// <summary>What a server sent came to an end before its end.</summary>
/// <param name="message">Why, as a part of a line.</param>
internal sealed class CutException(string message) : Exception(message);

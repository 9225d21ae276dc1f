namespace Orchestrator.Output;

/// <summary>
/// Whoever read what is written has gone, as <c>head</c> does when it has enough. No failure of a command that only shows something; a run or a
/// service goes on without.
/// </summary>
/// <param name="message">Whose reader, on one line.</param>
/// <param name="innerException">What was caught, if anything.</param>
internal sealed class ReaderGoneException(string message, Exception? innerException = null) : Exception(message, innerException);

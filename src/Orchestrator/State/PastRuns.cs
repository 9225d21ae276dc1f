namespace Orchestrator.State;

/// <summary>What a history says.</summary>
/// <param name="Summaries">The past runs, oldest first.</param>
/// <param name="Unreadable">Absolute paths of summaries that say nothing: they are damaged, or of a newer version of this program.</param>
internal sealed record PastRuns(IReadOnlyList<RunSummary> Summaries, IReadOnlyList<string> Unreadable);

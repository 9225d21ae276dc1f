namespace Orchestrator.EndToEnd.OpenApi;

/// <summary>A request, and what was answered.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Path">Its path, as of a GitHub Enterprise Server's API.</param>
/// <param name="Query">Its parameters.</param>
/// <param name="Body">Its body; null or empty: none.</param>
/// <param name="Status">The answer's status.</param>
/// <param name="Answer">The answer's body, likewise.</param>
public sealed record Exchange(string Method, string Path, IReadOnlyDictionary<string, string> Query, string? Body, int Status, string? Answer);

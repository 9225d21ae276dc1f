namespace Orchestrator.Configuration;

/// <summary>A property of a JSON object that remembers where it was written.</summary>
/// <param name="Name">The key.</param>
/// <param name="Line">The line the key is on, counted from 1.</param>
/// <param name="Value">The value.</param>
internal sealed record SourceProperty(string Name, int Line, SourceValue Value);

namespace Orchestrator.Configuration;

/// <summary>Where something was written, for messages.</summary>
/// <param name="File">The file, as the user named it.</param>
/// <param name="Line">The line, counted from 1; null where the text has no lines of its own (it was changed by an option, say).</param>
/// <param name="Path">The JSON path in the file: <c>[0].config.token</c>; empty for the document itself.</param>
public sealed record SourceLocation(string File, int? Line, string Path)
{
    /// <summary><c>instances.json:7: [0].config</c>, without the parts that are not known.</summary>
    public override string ToString()
    {
        var place = Line is { } line ? $"{File}:{line}" : File;
        return Path.Length == 0 ? place : $"{place}: {Path}";
    }
}

/// <summary>A property of a JSON object that remembers where it was written.</summary>
/// <param name="Name">The key.</param>
/// <param name="Line">The line the key is on, counted from 1.</param>
/// <param name="Value">The value.</param>
internal sealed record SourceProperty(string Name, int Line, SourceValue Value);

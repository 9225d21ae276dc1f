namespace Orchestrator.Cli;

/// <summary>Columns of text that a person and <c>awk</c> can both read: two spaces between them, no lines, nothing cut off.</summary>
internal static class PlainTable
{
    /// <summary>The lines.</summary>
    /// <param name="head">The columns' names.</param>
    /// <param name="rows">As many cells each.</param>
    public static IEnumerable<string> Lay(IReadOnlyList<string> head, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = head.Select((name, column) => rows.Select(row => row[column].Length).Append(name.Length).Max()).ToList();
        return rows.Prepend(head)
            .Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}

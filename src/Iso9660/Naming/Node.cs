namespace Iso9660.Naming;

/// <summary>A file or directory as the caller named it.</summary>
internal abstract class Node(string name)
{
    /// <summary>The name without its directories; empty for the root.</summary>
    public string Name { get; } = name;
}

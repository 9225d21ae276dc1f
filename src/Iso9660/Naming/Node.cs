namespace Iso9660.Naming;

/// <summary>A file or directory as the caller named it.</summary>
internal abstract class Node(string name)
{
    /// <summary>The name without its directories; empty for the root.</summary>
    public string Name { get; } = name;
}

/// <summary>A file; its contents stay the caller's memory until the image is written.</summary>
internal sealed class FileNode(string name, ReadOnlyMemory<byte> contents) : Node(name)
{
    public ReadOnlyMemory<byte> Contents { get; } = contents;
}

/// <summary>A directory and what it holds, in ordinal order of names so that the order of insertion leaves no trace in the image.</summary>
internal sealed class DirectoryNode(string name) : Node(name)
{
    private readonly SortedDictionary<string, Node> _children = new(StringComparer.Ordinal);

    public IReadOnlyCollection<Node> Children => _children.Values;

    /// <summary>How many of the children are directories.</summary>
    public int Subdirectories { get; private set; }

    public Node? Find(string name) => _children.GetValueOrDefault(name);

    public void Add(Node child)
    {
        _children.Add(child.Name, child);
        Subdirectories += child is DirectoryNode ? 1 : 0;
    }
}

/// <summary>A node and the identifier it has in one of the two hierarchies.</summary>
/// <param name="Node">The file or directory.</param>
/// <param name="Name">The file name, or the whole identifier of a directory.</param>
/// <param name="Extension">The file name extension; empty for a directory.</param>
/// <param name="Identifier">The File Identifier as recorded (ECMA-119 9.1.11), version included.</param>
internal sealed record NamedNode(Node Node, string Name, string Extension, byte[] Identifier) : IComparable<NamedNode>
{
    /// <summary>
    /// The order of directory records: by name, then by extension (ECMA-119 9.3). Fillers sort before every character in use, spaces in
    /// the primary hierarchy and zeros in Joliet's ("Sort Ordering"), and so does the end of a string in an ordinal comparison.
    /// </summary>
    public int CompareTo(NamedNode? other)
    {
        var byName = string.CompareOrdinal(Name, other?.Name);
        return byName != 0 ? byName : string.CompareOrdinal(Extension, other?.Extension);
    }

    /// <summary>The name and extension of a file, cut at the last dot that has something before and behind it.</summary>
    public static (string Name, string Extension) SplitFileName(string fileName)
    {
        var dot = fileName.LastIndexOf('.');
        return dot > 0 ? (fileName[..dot], fileName[(dot + 1)..]) : (fileName, "");
    }
}

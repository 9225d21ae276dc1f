namespace Iso9660.Naming;

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

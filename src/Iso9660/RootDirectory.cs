namespace Iso9660;

/// <summary>
/// The root directory in one of the two hierarchies, the primary one with Rock Ridge or Joliet's (ECMA-119 6.8). Right behind it lies its
/// continuation area: the system use entries that its records have no room for (SUSP 5.1).
/// </summary>
internal sealed class RootDirectory
{
    private readonly List<byte> _records = [];
    private readonly List<byte> _continuation = [];
    private readonly uint _continuationStart;

    /// <summary>Makes the records.</summary>
    /// <param name="itself">Where the directory lies.</param>
    /// <param name="files">The files, in the order of their records.</param>
    /// <param name="contents">Where the contents of each file lie, by its name.</param>
    /// <param name="rockRidge">Whether the records carry Rock Ridge's entries.</param>
    public RootDirectory(Extent itself, IReadOnlyList<FileIdentifier> files, IReadOnlyDictionary<string, Extent> contents, bool rockRidge)
    {
        _continuationStart = itself.Start + Sector.Count((int)itself.Length);
        Add(DirectoryRecord.SelfIdentifier, isDirectory: true, itself, rockRidge ? SystemUseEntry.OfRoot() : []);
        Add(DirectoryRecord.ParentIdentifier, isDirectory: true, itself, rockRidge ? SystemUseEntry.OfRootAsParent() : []);
        foreach (var file in files)
        {
            Add(file.Bytes, isDirectory: false, contents[file.FileName], rockRidge ? SystemUseEntry.OfFile(file.FileName) : []);
        }
    }

    /// <summary>Bytes of the directory: whole sectors, for its length counts what fills the last one (ECMA-119 6.8.1.3).</summary>
    public uint Length => Sector.Count(_records.Count) * Sector.Size;

    /// <summary>Sectors of the directory and its continuation area.</summary>
    public uint Sectors => Sector.Count(_records.Count) + Sector.Count(_continuation.Count);

    /// <summary>Writes the directory and its continuation area.</summary>
    public void Write(Span<byte> area)
    {
        _records.CopyTo(area);
        _continuation.CopyTo(area[(int)Length..]);
    }

    /// <summary>Appends a record. The last of its entries, which alone can be long, lies elsewhere if it does not fit: a CE entry says where.</summary>
    private void Add(byte[] identifier, bool isDirectory, Extent data, byte[][] entries)
    {
        byte[] systemUse = [.. entries.SelectMany(entry => entry)];
        if (DirectoryRecord.SystemUseOffset(identifier.Length) + systemUse.Length > DirectoryRecord.MaxLength)
        {
            var last = entries[^1];
            var (sector, offset) = Math.DivRem((uint)Append(_continuation, last), (uint)Sector.Size);
            systemUse = [.. systemUse[..^last.Length], .. SystemUseEntry.Continuation(_continuationStart + sector, offset, (uint)last.Length)];
        }

        Append(_records, DirectoryRecord.Create(identifier, isDirectory, data, systemUse));
    }

    /// <summary>
    /// Appends what must not cross into another sector, and returns its place: directory records (ECMA-119 6.8.1.1), and entries that go on
    /// elsewhere, for Linux reads no further than the sector that CE names.
    /// </summary>
    private static int Append(List<byte> area, byte[] bytes)
    {
        var free = Sector.Size - (area.Count % Sector.Size);
        if (bytes.Length > free)
        {
            area.AddRange(new byte[free]);
        }

        area.AddRange(bytes);
        return area.Count - bytes.Length;
    }
}

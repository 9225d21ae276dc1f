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

    /// <summary>Appends a record. Entries that do not fit into it go on in the continuation area, and a CE entry says where.</summary>
    private void Add(byte[] identifier, bool isDirectory, Extent data, byte[][] entries)
    {
        var capacity = DirectoryRecord.MaxLength - DirectoryRecord.SystemUseOffset(identifier.Length);
        byte[] systemUse = [.. entries.SelectMany(entry => entry)];
        if (systemUse.Length > capacity)
        {
            capacity -= SystemUseEntry.ContinuationLength;
            var length = 0;
            for (var fitting = 0; length + entries[fitting].Length <= capacity; fitting++)
            {
                length += entries[fitting].Length;
            }

            // Linux reads no further than the sector that CE names.
            var offset = Append(_continuation, systemUse[length..]);
            var (sector, place) = Math.DivRem((uint)offset, (uint)Sector.Size);
            var continuation = SystemUseEntry.Continuation(_continuationStart + sector, place, (uint)(systemUse.Length - length));
            systemUse = [.. systemUse[..length], .. continuation];
        }

        Append(_records, DirectoryRecord.Create(identifier, isDirectory, data, systemUse));
    }

    /// <summary>Appends what must not cross into another sector, as directory records must not (ECMA-119 6.8.1.1), and returns its place.</summary>
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

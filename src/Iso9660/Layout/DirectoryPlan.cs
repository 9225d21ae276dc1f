using Iso9660.Fields;
using Iso9660.Naming;
using Iso9660.Structures;

namespace Iso9660.Layout;

/// <summary>A directory of one hierarchy: its number in the path table, its records, and where they lie.</summary>
internal sealed class DirectoryPlan(DirectoryNode source, DirectoryPlan? parent, byte[] identifier, ushort number)
{
    private readonly List<(int Offset, DirectoryRecord Record)> _records = [];

    public DirectoryNode Source { get; } = source;

    /// <summary>The directory itself for the root (ECMA-119 6.8.2).</summary>
    public DirectoryPlan Parent => parent ?? this;

    public bool IsRoot => parent is null;

    public byte[] Identifier { get; } = identifier;

    /// <summary>Its place in the path table, from 1 (ECMA-119 6.9.1).</summary>
    public ushort Number { get; } = number;

    /// <summary>Whole sectors: a directory's length counts what fills its last sector (ECMA-119 6.8.1.3).</summary>
    public Extent Extent { get; } = new() { Length = Sector.Size };

    /// <summary>Appends a record; one that would cross into the next sector begins there (ECMA-119 6.8.1.1).</summary>
    public void Add(DirectoryRecord record)
    {
        var offset = _records is [.., var last] ? last.Offset + last.Record.Length : 0;
        if ((offset % Sector.Size) + record.Length > Sector.Size)
        {
            offset = checked((int)Sector.Count(offset) * Sector.Size);
        }

        _records.Add((offset, record));
        Extent.Length = checked((uint)Sector.Count(offset + record.Length) * Sector.Size);
    }

    /// <summary>Writes the directory once every extent has its place.</summary>
    public void Write(Span<byte> area, DateTimeOffset time)
    {
        foreach (var (offset, record) in _records)
        {
            record.Write(area[offset..], time);
        }
    }
}

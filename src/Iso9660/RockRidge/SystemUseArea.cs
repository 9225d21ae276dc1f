namespace Iso9660.RockRidge;

/// <summary>
/// The system use entries of one directory record. Those that do not fit into the record follow in a continuation area, and a CE entry
/// in the record says where.
/// </summary>
internal sealed class SystemUseArea
{
    /// <summary>For records without entries: Joliet's, and the root's in volume descriptors.</summary>
    public static readonly SystemUseArea Empty = new([], [], null);

    private readonly byte[] _inRecord;
    private readonly byte[] _continued;
    private readonly ContinuationArea? _area;
    private readonly int _offset;

    private SystemUseArea(byte[] inRecord, byte[] continued, ContinuationArea? area)
    {
        _inRecord = inRecord;
        _continued = continued;
        _area = area;
        _offset = area?.Reserve(continued) ?? 0;
    }

    /// <summary>Bytes in the directory record.</summary>
    public int Length => _inRecord.Length + (_area is null ? 0 : SystemUseEntry.ContinuationLength);

    /// <summary>Splits entries between a record and the continuation area.</summary>
    /// <param name="entries">The entries in their order.</param>
    /// <param name="capacity">Bytes that the record has for them.</param>
    /// <param name="continuation">Takes what is too much.</param>
    public static SystemUseArea Create(IReadOnlyList<byte[]> entries, int capacity, ContinuationArea continuation)
    {
        if (entries.Sum(entry => entry.Length) <= capacity)
        {
            return new SystemUseArea([.. entries.SelectMany(entry => entry)], [], null);
        }

        capacity -= SystemUseEntry.ContinuationLength;
        var fitting = 0;
        while (entries[fitting].Length <= capacity)
        {
            capacity -= entries[fitting].Length;
            fitting++;
        }

        return new SystemUseArea(
            [.. entries.Take(fitting).SelectMany(entry => entry)],
            [.. entries.Skip(fitting).SelectMany(entry => entry)],
            continuation);
    }

    /// <summary>Writes the part in the record. The continuation area must have its place.</summary>
    public void Write(Span<byte> field)
    {
        _inRecord.CopyTo(field);
        if (_area is not null)
        {
            var (sector, offset) = _area.Locate(_offset);
            SystemUseEntry.Continuation(sector, offset, (uint)_continued.Length).CopyTo(field[_inRecord.Length..]);
        }
    }
}

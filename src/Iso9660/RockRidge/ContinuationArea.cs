using Iso9660.Fields;

namespace Iso9660.RockRidge;

/// <summary>
/// The sectors with system use entries that directory records have no room for. One record's entries never cross into another sector: Linux
/// reads no further than the one that CE names.
/// </summary>
internal sealed class ContinuationArea
{
    private readonly List<(int Offset, byte[] Entries)> _reserved = [];

    /// <summary>Where the area lies.</summary>
    public Extent Extent { get; } = new();

    /// <summary>Takes entries, at most a sector of them, and returns their place from the start of the area.</summary>
    public int Reserve(byte[] entries)
    {
        var offset = (int)Extent.Length;
        if ((offset % Sector.Size) + entries.Length > Sector.Size)
        {
            offset = checked((int)Sector.Count(offset) * Sector.Size);
        }

        _reserved.Add((offset, entries));
        Extent.Length = (uint)(offset + entries.Length);
        return offset;
    }

    /// <summary>The sector and the place in it for what <see cref="Reserve"/> returned.</summary>
    public (uint Sector, uint Offset) Locate(int offset) =>
        (Extent.Start + (uint)(offset / Sector.Size), (uint)(offset % Sector.Size));

    /// <summary>Writes the area.</summary>
    public void Write(Span<byte> area)
    {
        foreach (var (offset, entries) in _reserved)
        {
            entries.CopyTo(area[offset..]);
        }
    }
}

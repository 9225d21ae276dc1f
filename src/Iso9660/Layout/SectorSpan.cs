using Iso9660.Fields;

namespace Iso9660.Layout;

/// <summary>The start of an image in memory, addressed by sector.</summary>
internal readonly ref struct SectorSpan(Span<byte> bytes)
{
    private readonly Span<byte> _bytes = bytes;

    /// <summary>The bytes of one sector.</summary>
    public Span<byte> At(int sector) => _bytes.Slice(sector * Sector.Size, Sector.Size);

    /// <summary>The bytes of an extent.</summary>
    public Span<byte> At(Extent extent) => _bytes.Slice(checked((int)extent.Start * Sector.Size), (int)extent.Length);
}

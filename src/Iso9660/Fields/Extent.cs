namespace Iso9660.Fields;

/// <summary>Consecutive sectors that hold one thing (ECMA-119 6.4.1). The place is known only once the layout is.</summary>
internal sealed class Extent
{
    /// <summary>The first sector; 0 for what has no length.</summary>
    public uint Start { get; private set; }

    /// <summary>Bytes of the data, without what fills the last sector.</summary>
    public uint Length { get; set; }

    /// <summary>Puts the extent at <paramref name="nextSector"/> and moves that behind it.</summary>
    public void Place(ref long nextSector)
    {
        if (Length == 0)
        {
            return;
        }

        Start = checked((uint)nextSector);
        nextSector += Sector.Count(Length);
    }
}

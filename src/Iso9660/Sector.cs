namespace Iso9660;

/// <summary>
/// The logical sector, here also the logical block (ECMA-119 6.1.2, 6.2.2): the unit in which everything on the medium is placed.
/// </summary>
internal static class Sector
{
    /// <summary>Bytes in a logical sector; the only size that optical drives and kernels read (ECMA-119 6.1.2).</summary>
    public const int Size = 2048;

    /// <summary>Sectors at the start of the medium that ISO 9660 leaves to the system (ECMA-119 6.2.1); all zero here.</summary>
    public const int SystemAreaLength = 16;

    /// <summary>How many sectors hold <paramref name="bytes"/> bytes.</summary>
    public static uint Count(int bytes) => ((uint)bytes + Size - 1) / Size;
}

/// <summary>Consecutive sectors that hold one thing (ECMA-119 6.4.1).</summary>
/// <param name="Start">The first sector; 0 for what has no length.</param>
/// <param name="Length">Bytes of the data, without what fills the last sector.</param>
internal readonly record struct Extent(uint Start, uint Length);

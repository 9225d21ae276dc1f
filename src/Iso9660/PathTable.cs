using System.Buffers.Binary;

namespace Iso9660;

/// <summary>A hierarchy's two path tables (ECMA-119 6.9), of one record (9.4): the root's. Each has a sector.</summary>
internal static class PathTable
{
    /// <summary>Tables of a hierarchy, and their sectors: first the one of type L, then the one of type M.</summary>
    public const int Count = 2;

    /// <summary>Bytes of a table.</summary>
    public const int Length = 10;

    private const byte IdentifierLength = 1; // 9.4.1
    private const ushort ItsOwnParent = 1;   // 9.4.4: the number of the root, whose parent it is itself (6.8.2)

    /// <summary>Writes both. Zero stay the length of an extended attribute record (9.4.2), the identifier (9.4.5) and its padding (9.4.6).</summary>
    /// <param name="sectors">The sectors of the two.</param>
    /// <param name="root">The sector where the root directory begins.</param>
    public static void WriteBoth(Span<byte> sectors, uint root)
    {
        var typeL = sectors; // least significant byte first (8.4.14)
        typeL[0] = IdentifierLength;
        BinaryPrimitives.WriteUInt32LittleEndian(typeL[2..], root); // 9.4.3
        BinaryPrimitives.WriteUInt16LittleEndian(typeL[6..], ItsOwnParent);

        var typeM = sectors[Sector.Size..]; // most significant byte first (8.4.16)
        typeM[0] = IdentifierLength;
        BinaryPrimitives.WriteUInt32BigEndian(typeM[2..], root);
        BinaryPrimitives.WriteUInt16BigEndian(typeM[6..], ItsOwnParent);
    }
}

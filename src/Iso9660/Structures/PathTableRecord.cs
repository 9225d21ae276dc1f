using System.Buffers.Binary;

namespace Iso9660.Structures;

/// <summary>A path table record (ECMA-119 9.4): a directory, where it lies, and the number of its parent.</summary>
internal static class PathTableRecord
{
    private const int IdentifierOffset = 8;

    /// <summary>Bytes of the record, even by its padding (9.4.6).</summary>
    public static int Length(int identifierLength) => IdentifierOffset + identifierLength + (identifierLength & 1);

    /// <summary>Writes the record into a zeroed field, its numbers in the order of a type L (8.4.14) or type M (8.4.16) table.</summary>
    public static void Write(Span<byte> field, ReadOnlySpan<byte> identifier, uint sector, ushort parentNumber, bool bigEndian)
    {
        field[0] = (byte)identifier.Length; // 9.4.1; 9.4.2, no extended attribute record
        if (bigEndian)
        {
            BinaryPrimitives.WriteUInt32BigEndian(field[2..], sector);       // 9.4.3
            BinaryPrimitives.WriteUInt16BigEndian(field[6..], parentNumber); // 9.4.4
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(field[2..], sector);
            BinaryPrimitives.WriteUInt16LittleEndian(field[6..], parentNumber);
        }

        identifier.CopyTo(field[IdentifierOffset..]); // 9.4.5
    }
}

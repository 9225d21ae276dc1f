using System.Buffers.Binary;

namespace Iso9660;

/// <summary>Numbers recorded twice, least significant byte first and then most significant byte first.</summary>
internal static class BothEndian
{
    /// <summary>Bytes of a 16-bit number in both orders.</summary>
    public const int Size16 = 4;

    /// <summary>Bytes of a 32-bit number in both orders.</summary>
    public const int Size32 = 8;

    /// <summary>A 16-bit number in both orders: ECMA-119 7.2.3.</summary>
    public static void Write16(Span<byte> field, ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(field, value);
        BinaryPrimitives.WriteUInt16BigEndian(field[2..Size16], value);
    }

    /// <summary>A 32-bit number in both orders: ECMA-119 7.3.3.</summary>
    public static void Write32(Span<byte> field, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(field, value);
        BinaryPrimitives.WriteUInt32BigEndian(field[4..Size32], value);
    }
}

namespace Iso9660;

/// <summary>A directory record (ECMA-119 9.1): an identifier, where its data lies, and a system use area.</summary>
internal static class DirectoryRecord
{
    /// <summary>Bytes of the longest record: its length is one byte (9.1.1), and records are even (9.1.13).</summary>
    public const int MaxLength = 254;

    private const int IdentifierOffset = 33;
    private const byte DirectoryFlag = 0b10; // 9.1.6, bit 1

    /// <summary>The identifier of the root and of a directory's record of itself (7.6.2), one byte in Joliet too.</summary>
    public static readonly byte[] SelfIdentifier = [0];

    /// <summary>The identifier of a directory's record of its parent (7.6.2).</summary>
    public static readonly byte[] ParentIdentifier = [1];

    /// <summary>Where the system use area begins behind an identifier and its padding to an even place (9.1.12).</summary>
    public static int SystemUseOffset(int identifierLength) => Even(IdentifierOffset + identifierLength);

    /// <summary>The record, of at most <see cref="MaxLength"/> bytes.</summary>
    public static byte[] Create(ReadOnlySpan<byte> identifier, bool isDirectory, Extent data, ReadOnlySpan<byte> systemUse)
    {
        var systemUseOffset = SystemUseOffset(identifier.Length);
        var record = new byte[Even(systemUseOffset + systemUse.Length)];
        record[0] = checked((byte)record.Length);                 // 9.1.1; 9.1.2, no extended attribute record
        BothEndian.Write32(record.AsSpan(2), data.Start);         // 9.1.3
        BothEndian.Write32(record.AsSpan(10), data.Length);       // 9.1.4
        Timestamp.Recording.CopyTo(record.AsSpan(18));            // 9.1.5
        record[25] = isDirectory ? DirectoryFlag : (byte)0;       // 9.1.6; 9.1.7 and 9.1.8, not interleaved
        BothEndian.Write16(record.AsSpan(28), 1);                 // 9.1.9, the volume of the set
        record[32] = (byte)identifier.Length;                     // 9.1.10
        identifier.CopyTo(record.AsSpan(IdentifierOffset));       // 9.1.11
        systemUse.CopyTo(record.AsSpan(systemUseOffset));         // 9.1.13
        return record;
    }

    private static int Even(int length) => length + (length & 1);
}

using System.Buffers.Binary;
using System.Text;

namespace Iso9660;

/// <summary>
/// A volume descriptor: the primary one (ECMA-119 8.4), Joliet's supplementary one (8.5), or the terminator of the set (8.3). Offsets
/// are the standard's byte positions less one.
/// </summary>
internal static class VolumeDescriptor
{
    private const byte PrimaryType = 1;         // 8.1.1
    private const byte SupplementaryType = 2;
    private const byte TerminatorType = 255;
    private const byte StandardVersion = 1;     // 8.1.3
    private const byte FileStructureVersion = 1; // 8.4.30

    private static ReadOnlySpan<byte> StandardIdentifier => "CD001"u8; // 8.1.2

    /// <summary>UCS-2 at level 3 (Joliet, "SVD Escape Sequences Field").</summary>
    private static ReadOnlySpan<byte> Ucs2Level3 => "%/E"u8;

    /// <summary>The primary volume descriptor. The volume id is recorded as it is, lower case and all.</summary>
    public static void WritePrimary(Span<byte> sector, string volumeId, uint volumeSectors, uint pathTables, Extent root)
    {
        WriteHeader(sector, PrimaryType);
        WriteBody(sector, volumeId, volumeSectors, pathTables, root, WriteAscii);
    }

    /// <summary>The supplementary volume descriptor of Joliet, whose volume id is the first 16 characters of the primary one's.</summary>
    public static void WriteJoliet(Span<byte> sector, string volumeId, uint volumeSectors, uint pathTables, Extent root)
    {
        WriteHeader(sector, SupplementaryType); // 8.5.3, volume flags: zero, for the escape sequence is a registered one
        Ucs2Level3.CopyTo(sector[88..]);        // 8.5.6
        WriteBody(sector, volumeId, volumeSectors, pathTables, root, WriteUcs2);
    }

    /// <summary>The volume descriptor set terminator (8.3).</summary>
    public static void WriteTerminator(Span<byte> sector) => WriteHeader(sector, TerminatorType);

    private static void WriteHeader(Span<byte> sector, byte type)
    {
        sector[0] = type;
        StandardIdentifier.CopyTo(sector[1..]);
        sector[6] = StandardVersion;
    }

    private static void WriteBody(
        Span<byte> sector,
        string volumeId,
        uint volumeSectors,
        uint pathTables,
        Extent root,
        Action<Span<byte>, string> writeText)
    {
        writeText(sector[8..40], "");                                               // 8.4.5, system identifier
        writeText(sector[40..72], volumeId);                                        // 8.4.6
        BothEndian.Write32(sector[80..], volumeSectors);                            // 8.4.8
        BothEndian.Write16(sector[120..], 1);                                       // 8.4.10, volumes in the set
        BothEndian.Write16(sector[124..], 1);                                       // 8.4.11, which of them this is
        BothEndian.Write16(sector[128..], Sector.Size);                             // 8.4.12
        BothEndian.Write32(sector[132..], PathTable.Length);                        // 8.4.13
        BinaryPrimitives.WriteUInt32LittleEndian(sector[140..], pathTables);        // 8.4.14; 8.4.15, no second one
        BinaryPrimitives.WriteUInt32BigEndian(sector[148..], pathTables + 1);       // 8.4.16; 8.4.17, no second one
        DirectoryRecord.Create(DirectoryRecord.SelfIdentifier, isDirectory: true, root, []).CopyTo(sector[156..190]); // 8.4.18
        writeText(sector[190..318], "");                                            // 8.4.19, volume set
        writeText(sector[318..446], "");                                            // 8.4.20, publisher
        writeText(sector[446..574], "");                                            // 8.4.21, data preparer
        writeText(sector[574..702], "");                                            // 8.4.22, application
        writeText(sector[702..739], "");                                            // 8.4.23, copyright file
        writeText(sector[739..776], "");                                            // 8.4.24, abstract file
        writeText(sector[776..813], "");                                            // 8.4.25, bibliographic file
        Timestamp.Volume.CopyTo(sector[813..]);                                     // 8.4.26, creation
        Timestamp.Volume.CopyTo(sector[830..]);                                     // 8.4.27, modification
        Timestamp.NotSpecified.CopyTo(sector[847..]);                               // 8.4.28, expiration
        Timestamp.NotSpecified.CopyTo(sector[864..]);                               // 8.4.29, effective
        sector[881] = FileStructureVersion;
    }

    /// <summary>Text, left-justified and filled up with spaces (ECMA-119 7.4.3). The caller has checked that it is ASCII and fits.</summary>
    private static void WriteAscii(Span<byte> field, string text)
    {
        field.Fill((byte)' ');
        Encoding.ASCII.GetBytes(text, field);
    }

    /// <summary>
    /// The same in UCS-2, most significant byte first (Joliet, "Wide Character Byte Ordering"), cut where the field ends. The odd byte at the end
    /// of a 37-byte field stays zero.
    /// </summary>
    private static void WriteUcs2(Span<byte> field, string text)
    {
        var capacity = field.Length / 2;
        Encoding.BigEndianUnicode.GetBytes(text.PadRight(capacity).AsSpan(0, capacity), field);
    }
}

using System.Text;

namespace Iso9660;

/// <summary>
/// The system use entries of SUSP 1.12 and of the Rock Ridge Interchange Protocol as announced by <c>RRIP_1991A</c>. That generation, and
/// not <c>IEEE_P1282</c> with its file serial numbers, is what Linux, BSD and libarchive have all read for decades.
/// </summary>
internal static class SystemUseEntry
{
    /// <summary>Bytes of a CE entry (SUSP 5.1).</summary>
    public const int ContinuationLength = 28;

    private const int HeaderLength = 4; // signature, length, version: SUSP 4.1
    private const byte Version = 1;

    // Type and permissions (RRIP 4.1.1): S_IFREG and 0444, S_IFDIR and 0555.
    private const uint FileMode = 0b1_000_000_100_100_100;
    private const uint DirectoryMode = 0b0_100_000_101_101_101;

    // The texts that RRIP 4.3 recommends for the ER entry.
    private const string ExtensionId = "RRIP_1991A";
    private const string ExtensionDescription =
        "THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS";

    private const string ExtensionSource =
        "PLEASE CONTACT DISC PUBLISHER FOR SPECIFICATION SOURCE.  SEE PUBLISHER IDENTIFIER IN PRIMARY VOLUME DESCRIPTOR FOR CONTACT INFORMATION.";

    /// <summary>Entries of the root's record of itself (SUSP 5.3).</summary>
    public static byte[][] OfRoot() => [SharingProtocol(), .. OfRootAsParent(), ExtensionReference()];

    /// <summary>Entries of the root's record of its parent, which it is itself. Links: its name and its own record; no directory is in it.</summary>
    public static byte[][] OfRootAsParent() => [PosixAttributes(DirectoryMode, links: 2), TimeStamps()];

    /// <summary>Entries of a file's record.</summary>
    public static byte[][] OfFile(string name) => [PosixAttributes(FileMode, links: 1), TimeStamps(), AlternateName(name)];

    /// <summary>SP, which says that SUSP is in use; first in the root's record of itself (SUSP 5.3).</summary>
    public static byte[] SharingProtocol()
    {
        var entry = Start("SP"u8, 7);
        entry[4] = 0xBE;
        entry[5] = 0xEF;
        return entry; // no bytes to skip before the entries of other records
    }

    /// <summary>ER, which names Rock Ridge (SUSP 5.5, RRIP 4.3).</summary>
    public static byte[] ExtensionReference()
    {
        var texts = Encoding.ASCII.GetBytes(ExtensionId + ExtensionDescription + ExtensionSource);
        var entry = Start("ER"u8, 8 + texts.Length);
        entry[4] = (byte)ExtensionId.Length;
        entry[5] = (byte)ExtensionDescription.Length;
        entry[6] = (byte)ExtensionSource.Length;
        entry[7] = 1; // extension version
        texts.CopyTo(entry.AsSpan(8));
        return entry;
    }

    /// <summary>PX: type and permissions as in <c>st_mode</c>, links, owner and group, both root (RRIP 4.1.1).</summary>
    public static byte[] PosixAttributes(uint mode, uint links)
    {
        var entry = Start("PX"u8, HeaderLength + (4 * BothEndian.Size32));
        BothEndian.Write32(entry.AsSpan(4), mode);
        BothEndian.Write32(entry.AsSpan(12), links);
        return entry;
    }

    /// <summary>NM: the whole name in UTF-8, at most 192 bytes and so never in need of a second entry (RRIP 4.1.4).</summary>
    public static byte[] AlternateName(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        var entry = Start("NM"u8, HeaderLength + 1 + bytes.Length); // flags: zero, the name does not go on
        bytes.CopyTo(entry.AsSpan(HeaderLength + 1));
        return entry;
    }

    /// <summary>TF: the times of the last modification, access and attribute change, in their short form (RRIP 4.1.6).</summary>
    public static byte[] TimeStamps()
    {
        const byte ModifyAccessAttributes = 0b1110;
        byte[] times = [.. Timestamp.Recording, .. Timestamp.Recording, .. Timestamp.Recording];
        var entry = Start("TF"u8, HeaderLength + 1 + times.Length);
        entry[4] = ModifyAccessAttributes;
        times.CopyTo(entry.AsSpan(HeaderLength + 1));
        return entry;
    }

    /// <summary>CE: where in a sector the system use area goes on, and for how many bytes (SUSP 5.1).</summary>
    public static byte[] Continuation(uint sector, uint offset, uint length)
    {
        var entry = Start("CE"u8, ContinuationLength);
        BothEndian.Write32(entry.AsSpan(4), sector);
        BothEndian.Write32(entry.AsSpan(12), offset);
        BothEndian.Write32(entry.AsSpan(20), length);
        return entry;
    }

    private static byte[] Start(ReadOnlySpan<byte> signature, int length)
    {
        var entry = new byte[length];
        signature.CopyTo(entry);
        entry[2] = checked((byte)length);
        entry[3] = Version;
        return entry;
    }
}

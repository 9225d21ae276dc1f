using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Orchestrator.Drivers.Host.Images;

/// <summary>
/// What the first cluster of a qcow2 file says (QEMU's <c>docs/interop/qcow2.txt</c>). A pure reader: whatever the bytes are, it returns or
/// throws <see cref="ImageFormatException"/>, and it opens nothing that they name.
/// </summary>
internal sealed record Qcow2Header
{
    /// <summary>
    /// What has to be read of a file: a cluster of the usual size. The first cluster of an image with larger ones holds no more either, unless
    /// someone put the backing file's name out of the way; that is refused as misplaced.
    /// </summary>
    public const int MaxBytes = 64 * 1024;

    private const uint Magic = 0x514649FB;
    private const int MinClusterBits = 9;
    private const int MaxClusterBits = 21;
    private const int MinBytes = 72;
    private const int Version3Bytes = 104;
    private const int MaxBackingFileBytes = 1023;

    // QEMU's own limits (block/qcow2.h): an L1 table of 32 MiB, a refcount table of 8 MiB, refcounts of 64 bits.
    private const long MaxL1TableBytes = 32L << 20;
    private const long MaxRefcountTableBytes = 8L << 20;
    private const int MaxRefcountOrder = 6;

    private const ulong CorruptBit = 1 << 1;
    private const ulong ExternalDataFileBit = 1 << 2;
    private const ulong CompressionTypeBit = 1 << 3;
    private const ulong ExtendedL2Bit = 1 << 4;
    private const ulong KnownIncompatibleBits = 0x1F;

    private const uint EndOfExtensions = 0;
    private const uint BackingFormatExtension = 0xE2792ACA;
    private const uint ExternalDataFileExtension = 0x44415441;
    private const uint EncryptionExtension = 0x0537BE77;

    /// <summary>2 or 3.</summary>
    public required int Version { get; init; }

    /// <summary>The size of the disk that a guest sees, in bytes.</summary>
    public required long VirtualSize { get; init; }

    /// <summary>The size of a cluster, in bytes.</summary>
    public required int ClusterSize { get; init; }

    /// <summary>The backing file as the image names it, or null.</summary>
    public required string? BackingFile { get; init; }

    /// <summary>The backing file's format as the image names it, or null where it leaves that to guessing.</summary>
    public required string? BackingFormat { get; init; }

    /// <summary>Where the table of L2 tables is, in bytes.</summary>
    public required long L1TableOffset { get; init; }

    /// <summary>Number of entries of that table, 8 bytes each.</summary>
    public required int L1Entries { get; init; }

    /// <summary>Entries of L2 tables are 16 bytes, an offset and a bitmap, instead of 8.</summary>
    public required bool ExtendedL2 { get; init; }

    /// <summary>Reads a header.</summary>
    /// <param name="start">The file's first bytes: <see cref="MaxBytes"/>, or the whole of a shorter file.</param>
    /// <param name="fileLength">The file's length in bytes.</param>
    /// <exception cref="ImageFormatException">Not qcow2, damaged, or of a kind that must not be run.</exception>
    public static Qcow2Header Parse(ReadOnlySpan<byte> start, long fileLength)
    {
        if (start.Length < sizeof(uint) || U32(start, 0) != Magic)
        {
            throw new ImageFormatException($"is not a qcow2 image but {ForeignFormat.Describe(start)}");
        }

        Require(start.Length >= MinBytes, "it ends within its header");
        var version = U32(start, 4);
        if (version is not (2 or 3))
        {
            throw new ImageFormatException($"is a qcow image of version {version}; only 2 and 3 are supported; convert it: qemu-img convert -O qcow2");
        }

        Require(version == 2 || start.Length >= Version3Bytes, "it ends within its header");
        var clusterBits = U32(start, 20);
        Require(clusterBits is >= MinClusterBits and <= MaxClusterBits, $"it claims clusters of 2^{clusterBits} bytes");
        var cluster = start[..Math.Min(start.Length, 1 << (int)clusterBits)];

        var incompatible = version == 3 ? U64(start, 72) : 0;
        RefuseFeatures(start, version, incompatible, U32(start, 32));

        var headerLength = version == 3 ? U32(start, 100) : MinBytes;
        Require(
            version == 2 || (headerLength >= Version3Bytes && headerLength % 8 == 0 && headerLength <= cluster.Length),
            $"it claims a header of {headerLength} bytes");
        Require(version == 2 || U32(start, 96) <= MaxRefcountOrder, "it claims reference counts wider than 64 bits");

        var size = U64(start, 24);
        Require(size <= long.MaxValue, "its size is absurd");
        var l1Entries = U32(start, 36);
        CheckTables(start, fileLength, (int)clusterBits, size, l1Entries, (incompatible & ExtendedL2Bit) != 0);

        var backingFile = ReadBackingFile(cluster, headerLength);
        return new Qcow2Header
        {
            Version = (int)version,
            VirtualSize = (long)size,
            ClusterSize = 1 << (int)clusterBits,
            BackingFile = backingFile,
            BackingFormat = ReadExtensions(cluster, (int)headerLength),
            L1TableOffset = (long)U64(start, 40),
            L1Entries = (int)l1Entries,
            ExtendedL2 = (incompatible & ExtendedL2Bit) != 0,
        };
    }

    private static void RefuseFeatures(ReadOnlySpan<byte> start, uint version, ulong incompatible, uint encryption)
    {
        if (encryption != 0)
        {
            throw new ImageFormatException("is encrypted, and there is no key to open it with; decrypt it: qemu-img convert");
        }

        if ((incompatible & ExternalDataFileBit) != 0)
        {
            throw new ImageFormatException(
                "keeps its data in an external data file, which is refused since it could name any file of the host; convert it: qemu-img convert");
        }

        if ((incompatible & CorruptBit) != 0)
        {
            throw new ImageFormatException("is marked as corrupt; repair it: qemu-img check -r all");
        }

        if ((incompatible & ~KnownIncompatibleBits) != 0)
        {
            throw new ImageFormatException($"needs features that are unknown here (0x{incompatible & ~KnownIncompatibleBits:x}); convert it: qemu-img convert -O qcow2");
        }

        // 0 is zlib and 1 is zstd; a header too short for the field means zlib.
        const int compressionTypeOffset = 104;
        Require(
            (incompatible & CompressionTypeBit) == 0
            || (version == 3 && start.Length > compressionTypeOffset && start[compressionTypeOffset] <= 1),
            "it names an unknown compression");
    }

    private static void CheckTables(
        ReadOnlySpan<byte> start, long fileLength, int clusterBits, ulong size, uint l1Entries, bool extendedL2)
    {
        var l2EntryBytes = extendedL2 ? 16 : sizeof(ulong);
        var bytesPerL1Entry = (BigInteger)(1 << clusterBits) * ((1 << clusterBits) / l2EntryBytes);
        var neededEntries = (size + bytesPerL1Entry - 1) / bytesPerL1Entry;
        Require(l1Entries * (long)sizeof(ulong) <= MaxL1TableBytes && neededEntries <= l1Entries, "its size and its tables do not agree");
        RequireWithin(U64(start, 40), l1Entries * (ulong)sizeof(ulong), fileLength, clusterBits, "its table of clusters");

        var refcountBytes = (ulong)U32(start, 56) << clusterBits;
        Require(refcountBytes is > 0 and <= (ulong)MaxRefcountTableBytes, "its table of reference counts has an absurd size");
        RequireWithin(U64(start, 48), refcountBytes, fileLength, clusterBits, "its table of reference counts");
    }

    private static void RequireWithin(ulong offset, ulong length, long fileLength, int clusterBits, string what)
    {
        Require((offset & ((1UL << clusterBits) - 1)) == 0 && (offset != 0 || length == 0), $"{what} is misplaced");
        Require(offset <= (ulong)fileLength && length <= (ulong)fileLength - offset, $"{what} lies beyond the end of the file");
    }

    private static string? ReadBackingFile(ReadOnlySpan<byte> cluster, uint headerLength)
    {
        var offset = U64(cluster, 8);
        var length = U32(cluster, 16);
        if (offset == 0)
        {
            return null;
        }

        Require(
            length is > 0 and <= MaxBackingFileBytes
            && offset >= headerLength
            && offset <= (ulong)cluster.Length
            && length <= (ulong)cluster.Length - offset,
            "the name of its backing file is misplaced");
        return Text(cluster.Slice((int)offset, (int)length), "the name of its backing file");
    }

    private static string? ReadExtensions(ReadOnlySpan<byte> cluster, int headerLength)
    {
        const int extensionHeaderBytes = 8;
        string? backingFormat = null;
        var backingFileOffset = U64(cluster, 8);
        var end = backingFileOffset == 0 ? cluster.Length : (int)backingFileOffset;
        var offset = headerLength;
        while (offset + extensionHeaderBytes <= end)
        {
            var type = U32(cluster, offset);
            var length = U32(cluster, offset + sizeof(uint));
            if (type == EndOfExtensions)
            {
                break;
            }

            offset += extensionHeaderBytes;
            Require(length <= (uint)(end - offset), "a header extension is longer than the header");
            var data = cluster.Slice(offset, (int)length);
            switch (type)
            {
                case BackingFormatExtension:
                    backingFormat = Text(data, "the format of its backing file");
                    break;
                case ExternalDataFileExtension:
                    throw new ImageFormatException("names an external data file, which is refused; convert it: qemu-img convert");
                case EncryptionExtension:
                    throw new ImageFormatException("is encrypted, and there is no key to open it with; decrypt it: qemu-img convert");
            }

            offset += ((int)length + 7) & ~7;
        }

        return backingFormat;
    }

    private static string Text(ReadOnlySpan<byte> bytes, string what)
    {
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            Require(!text.Contains('\0', StringComparison.Ordinal), $"{what} holds a null character");
            return text;
        }
        catch (DecoderFallbackException)
        {
            throw new ImageFormatException($"is damaged or hostile: {what} is not UTF-8");
        }
    }

    private static void Require(bool condition, string defect)
    {
        if (!condition)
        {
            throw new ImageFormatException($"is truncated or damaged: {defect}");
        }
    }

    private static uint U32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64BigEndian(bytes[offset..]);
}

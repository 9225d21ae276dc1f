using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Drivers.Host.Images;

/// <summary>
/// Notices an image whose end is missing, as after an aborted download: its header is whole, its tables point past the end of the file.
/// Reads the table of L2 tables and the one L2 table that lies last, which takes microseconds; <c>qemu-img check</c> reads them all.
/// </summary>
internal static class Qcow2Tables
{
    // docs/interop/qcow2.txt, "Cluster mapping": bits 9 to 55 of an entry are an offset, bit 62 marks compression, bit 0 zeroes.
    private const ulong OffsetMask = 0x00FF_FFFF_FFFF_FE00;
    private const ulong CompressedBit = 1UL << 62;
    private const ulong ZeroBit = 1;

    // Small, since memory that is touched for the first time costs more than a system call.
    private const int ChunkBytes = 4 * 1024;

    /// <summary>Checks that what the tables name lies within the file.</summary>
    /// <exception cref="ImageFormatException">It does not.</exception>
    public static void RequireComplete(Qcow2Header header, SafeFileHandle file, long fileLength)
    {
        var last = 0L;
        ReadEntries(file, header.L1TableOffset, header.L1Entries, entry =>
        {
            var table = (long)(entry & OffsetMask);
            Require(table + header.ClusterSize <= fileLength);
            last = Math.Max(last, table);
        });
        if (last == 0)
        {
            return;
        }

        // An entry of an extended table is followed by a bitmap, which is no offset.
        var stride = header.ExtendedL2 ? 2 : 1;
        var index = 0;
        ReadEntries(file, last, header.ClusterSize / sizeof(ulong), entry =>
        {
            if (index++ % stride == 0)
            {
                Require(Start(entry, header) < fileLength);
            }
        });
    }

    private static long Start(ulong entry, Qcow2Header header)
    {
        if ((entry & CompressedBit) != 0)
        {
            var offsetBits = 62 - (int.Log2(header.ClusterSize) - 8);
            return (long)(entry & ((1UL << offsetBits) - 1));
        }

        return (entry & ZeroBit) != 0 && !header.ExtendedL2 ? 0 : (long)(entry & OffsetMask);
    }

    private static void ReadEntries(SafeFileHandle file, long offset, int count, Action<ulong> use)
    {
        var buffer = new byte[Math.Min(ChunkBytes, count * sizeof(ulong))];
        for (var remaining = (long)count * sizeof(ulong); remaining > 0;)
        {
            var read = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, remaining)), offset);
            Require(read > 0 && read % sizeof(ulong) == 0);
            for (var position = 0; position < read; position += sizeof(ulong))
            {
                use(BinaryPrimitives.ReadUInt64BigEndian(buffer.AsSpan(position)));
            }

            offset += read;
            remaining -= read;
        }
    }

    private static void Require(bool condition)
    {
        if (!condition)
        {
            throw new ImageFormatException("is truncated: its end is missing; build or download it again");
        }
    }
}

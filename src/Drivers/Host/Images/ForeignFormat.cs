namespace Orchestrator.Drivers.Host.Images;

/// <summary>Says what a file that is no qcow2 image looks like, for the user who mixed files up.</summary>
internal static class ForeignFormat
{
    private const string Convert = "convert it: qemu-img convert -O qcow2";
    private const string Unpack = "unpack it first";
    private const string RawDisk = "a raw disk; convert it: qemu-img convert -f raw -O qcow2";

    // As file(1) has them (magic(5)); the first that fits counts, so that a kernel, which has a boot sector, is no raw disk.
    private static readonly (int Offset, byte[] Signature, string Description)[] Known =
    [
        (0, [.. "KDMV"u8], $"a VMDK image; {Convert}"),
        (0, [.. "# Disk DescriptorFile"u8], $"a VMDK image; {Convert}"),
        (0, [.. "conectix"u8], $"a VHD image; {Convert}"),
        (0, [.. "vhdxfile"u8], $"a VHD image; {Convert}"),
        (0x40, [0x7F, 0x10, 0xDA, 0xBE], $"a VirtualBox image (VDI); {Convert}"),
        (0, [.. "QED\0"u8], $"a QED image; {Convert}"),
        (0, [.. "LUKS"u8, 0xBA, 0xBE], "a LUKS container, and there is no key to open it with; open it (cryptsetup) and convert what is in it: qemu-img convert -O qcow2"),
        (0, [0x1F, 0x8B], $"compressed with gzip; {Unpack}"),
        (0, [0xFD, .. "7zXZ"u8], $"compressed with xz; {Unpack}"),
        (0, [0x28, 0xB5, 0x2F, 0xFD], $"compressed with zstd; {Unpack}"),
        (0, [.. "BZh"u8], $"compressed with bzip2; {Unpack}"),
        (0, [0x04, 0x22, 0x4D, 0x18], $"compressed with lz4; {Unpack}"),
        (0, [.. "PK"u8, 3, 4], $"a zip archive; {Unpack}"),
        (0, [.. "7z"u8, 0xBC, 0xAF, 0x27, 0x1C], $"a 7z archive; {Unpack}"),
        (0, [.. "Rar!"u8], $"a RAR archive; {Unpack}"),
        (257, [.. "ustar"u8], $"a tar archive, as an OVA is one; {Unpack} and convert the disk that is in it: qemu-img convert -O qcow2"),
        (0x8001, [.. "CD001"u8], "an ISO 9660 image; an installer's medium cannot be a root disk"),
        (0x202, [.. "HdrS"u8], "a Linux kernel; name the disk that it boots from"),
        (0, [0x7F, .. "ELF"u8], "a program or a kernel (ELF); name a disk"),
        (0, [.. "MZ"u8], "a program for Windows or EFI; name a disk"),
        (0, [.. "hsqs"u8], "a squashfs file system without a disk around it; build a disk image that boots"),
        (0, [.. "<!DOCTYPE"u8], "a web page; the download went wrong"),
        (0, [.. "<html"u8], "a web page; the download went wrong"),
        (0, [.. "<?xml"u8], "an XML document; the download went wrong, or it only describes a machine"),
        (0, [.. "version https://git-lfs"u8], "a Git LFS pointer; fetch the file itself: git lfs pull"),
        (510, [0x55, 0xAA], RawDisk),
        (0x438, [0x53, 0xEF], "an ext file system without a disk around it; build a disk image that boots"),
    ];

    /// <summary>Whether it looks like a disk, byte by byte as a guest sees it.</summary>
    /// <param name="start">As in <see cref="Describe"/>.</param>
    public static bool IsRawDisk(ReadOnlySpan<byte> start) => Describe(start) == RawDisk;

    /// <summary>A noun phrase.</summary>
    /// <param name="start">The file's first bytes, 34 KiB or more where it has as many.</param>
    public static string Describe(ReadOnlySpan<byte> start)
    {
        foreach (var (offset, signature, description) in Known)
        {
            if (start.Length > offset && start[offset..].StartsWith(signature))
            {
                return description;
            }
        }

        return start.IsEmpty ? "an empty file" : $"something unknown; {Convert}";
    }
}

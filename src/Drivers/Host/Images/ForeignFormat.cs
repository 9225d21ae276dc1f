namespace Orchestrator.Drivers.Host.Images;

/// <summary>Says what a file that is no qcow2 image looks like, for the user who mixed files up.</summary>
internal static class ForeignFormat
{
    private const int BootSignatureOffset = 510;
    private const int IsoSignatureOffset = 0x8001;

    private static ReadOnlySpan<byte> Gzip => [0x1F, 0x8B];

    private static ReadOnlySpan<byte> Xz => [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z'];

    private static ReadOnlySpan<byte> Zstandard => [0x28, 0xB5, 0x2F, 0xFD];

    /// <summary>A noun phrase.</summary>
    /// <param name="start">The file's first bytes, 34 KiB or more where it has as many.</param>
    public static string Describe(ReadOnlySpan<byte> start)
    {
        if (start.IsEmpty)
        {
            return "an empty file";
        }

        if (start.StartsWith("KDMV"u8) || start.StartsWith("# Disk DescriptorFile"u8))
        {
            return "a VMDK image; convert it: qemu-img convert -O qcow2";
        }

        if (start.StartsWith("conectix"u8) || start.StartsWith("vhdxfile"u8))
        {
            return "a VHD image; convert it: qemu-img convert -O qcow2";
        }

        if (start.StartsWith("<<< "u8))
        {
            return "a VirtualBox image; convert it: qemu-img convert -O qcow2";
        }

        if (start.StartsWith(Gzip))
        {
            return "compressed with gzip; unpack it first";
        }

        if (start.StartsWith(Xz))
        {
            return "compressed with xz; unpack it first";
        }

        if (start.StartsWith(Zstandard))
        {
            return "compressed with zstd; unpack it first";
        }

        if (start.Length > IsoSignatureOffset + 5 && start[IsoSignatureOffset..].StartsWith("CD001"u8))
        {
            return "an ISO 9660 image; an installer's medium cannot be a root disk";
        }

        if (start.StartsWith("<!DOCTYPE"u8) || start.StartsWith("<html"u8))
        {
            return "a web page; the download went wrong";
        }

        if (start.StartsWith("version https://git-lfs"u8))
        {
            return "a Git LFS pointer; fetch the file itself: git lfs pull";
        }

        return start.Length > BootSignatureOffset + 1 && start[BootSignatureOffset] == 0x55 && start[BootSignatureOffset + 1] == 0xAA
            ? "a raw disk; convert it: qemu-img convert -f raw -O qcow2"
            : "something unknown; convert it: qemu-img convert -O qcow2";
    }
}

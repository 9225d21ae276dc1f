using Microsoft.Win32.SafeHandles;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Host.Images;
using Orchestrator.Linux.Files;

namespace Orchestrator.Images;

/// <summary>What a file holds that is to become a base image.</summary>
/// <param name="Packing">How it is packed; null where it is not.</param>
/// <param name="VirtualBytes">The size of the disk that a guest will see, in bytes; null where that is not known before it is a qcow2 image.</param>
internal sealed record ImageContent(Packing? Packing, long? VirtualBytes)
{
    private const int SectorBytes = 512;

    // What is no longer may have a boot sector, and has no room for what that would boot.
    private const int TooShortBytes = 4 * SectorBytes;

    /// <summary>It is a qcow2 image, whole and by itself.</summary>
    public bool IsQcow2 => VirtualBytes is not null;

    /// <summary>Looks at a file.</summary>
    /// <param name="subject">Whom it is for; messages begin with it.</param>
    /// <param name="path">The file, of a directory of ours.</param>
    /// <exception cref="HostException">It is nothing that can become a base image.</exception>
    public static ImageContent Look(string subject, string path)
    {
        using var file = GuardedFile.OpenOwn(path);
        var length = RandomAccess.GetLength(file);
        var start = GuardedFile.ReadFrom(file, 0, Qcow2Header.MaxBytes);
        if (Packing.Of(start) is { } packing)
        {
            return new ImageContent(packing, null);
        }

        return ForeignFormat.IsRawDisk(start) && length % SectorBytes == 0 && length > TooShortBytes
            ? new ImageContent(null, null)
            : new ImageContent(null, RequireQcow2(subject, file, start, length));
    }

    private static long RequireQcow2(string subject, SafeFileHandle file, byte[] start, long length)
    {
        try
        {
            var header = Qcow2Header.Parse(start, length);
            Qcow2Tables.RequireComplete(header, file, length);
            return header.BackingFile is null
                ? header.VirtualSize
                : throw new ImageFormatException($"is backed by {header.BackingFile}; only an image that is whole by itself is taken: qemu-img convert -O qcow2");
        }
        catch (ImageFormatException error)
        {
            throw new HostException(HostProblem.UnusableImage, $"{subject}: what was downloaded {error.Message}", error);
        }
    }
}

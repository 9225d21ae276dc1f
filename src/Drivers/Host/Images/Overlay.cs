using System.Buffers;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Linux;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Host.Images;

/// <summary>Makes a run's overlay with <c>qemu-img</c>.</summary>
internal static class Overlay
{
    private const int PrivateFile = 0x180;
    private const int CopyBytes = 16 * 1024;

    // It writes four clusters into memory. A host that takes this long for them is no host to run a machine on.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Refuses an overlay that is smaller than its base: the guest's partitions would end beyond the end of the disk.</summary>
    /// <exception cref="ConfigurationException">It is.</exception>
    public static void RequireRoom(string imagePath, long imageBytes, long rootDiskBytes)
    {
        if (rootDiskBytes < imageBytes)
        {
            throw new ConfigurationException(
                $"root-disk is {Bytes(rootDiskBytes)}, but image {imagePath} is {Bytes(imageBytes)}; make root-disk at least that");
        }
    }

    /// <summary>What a new overlay of an image consists of, as <c>qemu-img</c> wrote it: now, or for an earlier run of the same image and size.</summary>
    /// <param name="qemuImg">Absolute path of <c>qemu-img</c>.</param>
    /// <param name="cache">Where drafts are kept.</param>
    /// <param name="basePath">Absolute path of the base image.</param>
    /// <param name="bytes">The overlay's virtual size.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends <c>qemu-img</c>.</param>
    /// <exception cref="HostException"><c>qemu-img</c> failed.</exception>
    public static async Task<SafeFileHandle> DraftAsync(
        string qemuImg, OverlayCache cache, string basePath, long bytes, TimeProvider time, CancellationToken cancellationToken)
    {
        var key = OverlayCache.KeyOf(qemuImg, basePath, bytes);
        if (cache.Find(key, basePath, bytes) is { } kept)
        {
            return kept;
        }

        var draft = await MakeAsync(qemuImg, basePath, bytes, time, cancellationToken).ConfigureAwait(false);
        cache.Keep(key, draft);
        return draft;
    }

    // In memory: qemu-img waits for a disk five times, for a busy one longer than everything else takes together, and what is thrown away need not survive a
    // power cut.
    private static async Task<SafeFileHandle> MakeAsync(
        string qemuImg, string basePath, long bytes, TimeProvider time, CancellationToken cancellationToken)
    {
        var draft = Libc.CreateMemoryFile("overlay");
        try
        {
            string[] arguments =
            [
                // -u: the backing file is checked already, and opening it again would only take time.
                "create", "-q", "-f", "qcow2", "-F", "qcow2", "-u", "-b", basePath,
                string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{draft.DangerousGetHandle()}"),
                bytes.ToString(CultureInfo.InvariantCulture),
            ];
            var (status, output) = await ShortProcess.RunAsync(qemuImg, arguments, [draft], Deadline, time, cancellationToken).ConfigureAwait(false);
            return status?.ExitCode == 0 ? draft : throw new HostException(
                HostProblem.Other,
                $"overlay: qemu-img {(status is null ? $"did not finish in {Deadline.TotalSeconds} s" : status.ToString())}: {output.ReplaceLineEndings("; ")}");
        }
        catch
        {
            draft.Dispose();
            throw;
        }
    }

    /// <summary>Copies a draft to where it is used, mode 0600, and opens it for reading and writing.</summary>
    /// <param name="draft">What <see cref="DraftAsync"/> made.</param>
    /// <param name="path">Where it is to be; must not exist.</param>
    /// <exception cref="IOException">No room or no permission.</exception>
    public static SafeFileHandle Place(SafeFileHandle draft, string path)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        var file = Libc.Open(path, Libc.ReadWrite | Libc.Create | Libc.Exclusive, PrivateFile);
        try
        {
            var offset = 0L;
            while (RandomAccess.Read(draft, buffer, offset) is > 0 and var length)
            {
                RandomAccess.Write(file, buffer.AsSpan(0, length), offset);
                offset += length;
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string Bytes(long bytes)
    {
        const long gibibyte = 1L << 30;
        const long mebibyte = 1L << 20;
        return bytes % gibibyte == 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / gibibyte}G")
            : bytes % mebibyte == 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / mebibyte}M")
            : string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes");
    }
}

using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Drivers.Qemu.Processes;

namespace Orchestrator.Drivers.Qemu.Images;

/// <summary>Makes a run's overlay with <c>qemu-img</c>.</summary>
internal static class Overlay
{
    private const int PrivateFile = 0x180;

    // It writes four clusters. A disk that takes this long for them is no disk to run a machine on.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Refuses an overlay that is smaller than its base: the guest's partitions would end beyond the end of the disk.</summary>
    /// <exception cref="ConfigurationException">It is.</exception>
    public static void RequireRoom(string imagePath, long imageBytes, long rootDiskBytes)
    {
        if (rootDiskBytes < imageBytes)
        {
            throw new ConfigurationException(
                $"root-disk is {Bytes(rootDiskBytes)}, but image {imagePath} is {Bytes(imageBytes)}; make root-disk at least that.");
        }
    }

    /// <summary>Makes the overlay, mode 0600, and opens it for reading and writing.</summary>
    /// <param name="qemuImg">Absolute path of <c>qemu-img</c>.</param>
    /// <param name="path">Where it is to be; must not exist.</param>
    /// <param name="basePath">Absolute path of the base image.</param>
    /// <param name="bytes">Its virtual size.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends <c>qemu-img</c>; the half-made file is the caller's to delete, as after any failure.</param>
    /// <exception cref="HostException">No room, no permission, or <c>qemu-img</c> failed.</exception>
    public static async Task<SafeFileHandle> CreateAsync(
        string qemuImg, string path, string basePath, long bytes, TimeProvider time, CancellationToken cancellationToken)
    {
        // Made here first because qemu-img leaves the mode to the umask, and keeps that of a file that exists.
        var file = Libc.Open(path, Libc.ReadWrite | Libc.Create | Libc.Exclusive, PrivateFile);
        try
        {
            string[] arguments =
            [
                // -u: the backing file is checked already, and opening it again would only take time.
                "create", "-q", "-f", "qcow2", "-F", "qcow2", "-u", "-b", basePath,
                path, bytes.ToString(CultureInfo.InvariantCulture),
            ];
            var (status, output) = await ShortProcess.RunAsync(qemuImg, arguments, [], Deadline, time, cancellationToken).ConfigureAwait(false);
            if (status?.ExitCode == 0)
            {
                return file;
            }

            throw output.Contains("No space left on device", StringComparison.Ordinal)
                ? new HostException(
                    HostProblem.StorageFull,
                    $"overlay {path}: no space left on its file system; free some, or name another state directory with --state-dir")
                : new HostException(
                    HostProblem.Other,
                    $"overlay {path}: qemu-img {(status is null ? $"did not finish in {Deadline.TotalSeconds} s" : status.ToString())}: {output.ReplaceLineEndings("; ")}");
        }
        catch
        {
            file.Dispose();
            throw;
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

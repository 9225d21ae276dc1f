using Orchestrator.Drivers;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Linux;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Images;

/// <summary>Makes a qcow2 image of a raw disk, with <c>qemu-img</c>.</summary>
internal static class ImageConversion
{
    // As long as copying the largest disk that anybody publishes takes on the slowest.
    private static readonly TimeSpan Deadline = TimeSpan.FromHours(4);

    /// <summary>The program.</summary>
    /// <exception cref="HostException">It is not installed.</exception>
    public static string FindProgram() => Programs.Find("qemu-img", "qemu-utils");

    /// <summary>Does it.</summary>
    /// <param name="subject">Whom it is for; messages begin with it.</param>
    /// <param name="from">The disk; absolute.</param>
    /// <param name="to">The image; absolute.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="HostException">It failed.</exception>
    public static async Task ExecuteAsync(string subject, string from, string to, TimeProvider time, CancellationToken cancellationToken)
    {
        DiskReserve.Require(subject, Path.GetDirectoryName(to)!, Libc.AllocatedBytes(from));

        // The format is said, not guessed: a guest may have written to a raw disk what looks like another one's header.
        var (status, output) = await ShortProcess.RunAsync(
            FindProgram(), ["convert", "-q", "-f", "raw", "-O", "qcow2", from, to], [], Deadline, time, cancellationToken);
        if (status?.ExitCode == 0)
        {
            return;
        }

        var words = output.ReplaceLineEndings("; ");
        throw output.Contains("No space left", StringComparison.Ordinal)
            ? new HostException(
                HostProblem.StorageFull, $"{subject}: no space left on the file system of '{Path.GetDirectoryName(to)}'; free some, or name another state directory with --state-dir")
            : new HostException(HostProblem.Other, $"{subject}: qemu-img {(status is null ? $"did not finish in {Deadline.TotalHours} h" : status.ToString())}: {words}");
    }
}

using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.Images;

/// <summary>
/// What fetching leaves of a file system: machines may have their overlays on the same one, and on a disk that is full the largest of them is ended, which has not
/// filled it.
/// </summary>
internal static class DiskReserve
{
    private const long Most = 1L << 30;
    private const int Share = 50;

    /// <summary>Refuses to take so much that less than the reserve would be left.</summary>
    /// <param name="subject">Whom it is for; messages begin with it.</param>
    /// <param name="directory">A directory of the file system.</param>
    /// <param name="bytes">How much is to be taken; 0: nothing more, and it is too much already.</param>
    /// <param name="freed">How much is given back first.</param>
    /// <exception cref="HostException">It would.</exception>
    public static void Require(string subject, string directory, long bytes, long freed = 0)
    {
        var disk = new DriveInfo(directory);
        var (free, reserve) = (disk.AvailableFreeSpace, Math.Min(Most, disk.TotalSize / Share));
        if (free + freed - bytes < reserve)
        {
            throw new HostException(
                HostProblem.StorageFull,
                $"{subject}: {(bytes > 0 ? $"it takes {new ByteSize(bytes)}, and " : "")}no space is left for it: the file system of '{directory}' has {new ByteSize(free)}, "
                + $"of which {new ByteSize(reserve)} stay for machines; free some, or name another state directory with --state-dir");
        }
    }
}

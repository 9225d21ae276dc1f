using Orchestrator.Linux;

namespace Orchestrator.State;

/// <summary>What is taken of a disk, and what is left of it.</summary>
internal static class DiskUse
{
    /// <summary>The bytes that a directory and what is below it take, holes not counted.</summary>
    /// <exception cref="IOException">There is no such directory.</exception>
    public static long Of(string directory)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var sum = 0L;
        foreach (var path in Directory.EnumerateFiles(directory, "*", options))
        {
            try
            {
                sum += Libc.AllocatedBytes(path);
            }
            catch (IOException)
            {
                // Gone meanwhile, and so is the room it took.
            }
        }

        return sum;
    }

    /// <summary>The bytes that a user without rights may still write to the file system of a directory.</summary>
    /// <exception cref="IOException">There is no such directory.</exception>
    public static long FreeAt(string directory) => new DriveInfo(directory).AvailableFreeSpace;
}

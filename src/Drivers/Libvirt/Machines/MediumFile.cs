using System.Globalization;
using Orchestrator.Drivers.Libvirt.Access;
using Orchestrator.Linux;

namespace Orchestrator.Drivers.Libvirt.Machines;

/// <summary>
/// The config drive's medium. Libvirt takes media by their paths, so it is a file; but one in memory (tmpfs), which no disk ever holds, private, there only
/// while the medium is in the drive, and overwritten before it is deleted.
/// </summary>
internal static class MediumFile
{
    private const string Suffix = ".iso";
    private const int Private = 0x180; // 0600
    private const UnixFileMode PrivateDirectory = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // Not the service's /run/orchestrator, which is its user's, and goes with it.
    private static string Name => string.Create(CultureInfo.InvariantCulture, $"orchestrator-media-{Libc.UserId}");

    private static string OldName => Libc.UserId == 0 ? "orchestrator" : string.Create(CultureInfo.InvariantCulture, $"orchestrator-{Libc.UserId}");

    /// <summary>Makes sure that there is somewhere to keep media, of which QEMU's user can open its own.</summary>
    /// <param name="access">What lets QEMU reach its files; null where it runs as ourselves.</param>
    /// <exception cref="HostException">There is no file system in memory, or no directory of ours to be had in it.</exception>
    public static void Prepare(QemuAccess? access)
    {
        var directory = RequireDirectory();
        try
        {
            Directory.CreateDirectory(directory, PrivateDirectory);

            // In a directory like /dev/shm anybody can make one of this name first.
            if (!IsOurs(directory) || (Libc.Owner(directory).Mode & 0x12) != 0)
            {
                throw new HostException(
                    HostProblem.PermissionDenied, $"directory {directory}, for configurations on their way to guests, is somebody else's; remove it, as root");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new HostException(HostProblem.Other, $"directory {directory} cannot be made: {exception.Message}", exception);
        }

        access?.OpenWay([directory], "directory " + directory, "run the orchestrator as root");
    }

    /// <summary>The directory for media.</summary>
    /// <exception cref="HostException">There is no file system in memory.</exception>
    public static string RequireDirectory() => Directories(Name).FirstOrDefault(IsInMemory) ?? throw new HostException(
        HostProblem.Other,
        "a guest's configuration is kept in memory only, and this host has no file system in memory (tmpfs) for it; as root: mount -t tmpfs tmpfs /dev/shm");

    /// <summary>Writes a machine's medium.</summary>
    /// <param name="owner">The state directory the machine belongs to.</param>
    /// <param name="id">The machine.</param>
    /// <param name="content">Its bytes.</param>
    /// <returns>Absolute path of the file.</returns>
    /// <exception cref="HostException">There is no room for it.</exception>
    public static string Write(string owner, VmId id, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(RequireDirectory(), $"{owner}-{id}{Suffix}");
        try
        {
            using var file = Libc.Open(path, Libc.WriteOnly | Libc.Create | Libc.Exclusive, Private);
            RandomAccess.Write(file, content, 0);
            return path;
        }
        catch (IOException exception)
        {
            TryErase(path);
            throw new HostException(HostProblem.Other, $"the config drive's medium cannot be kept in memory: {exception.Message}; free some", exception);
        }
    }

    /// <summary>Overwrites and deletes a machine's medium, if there is one.</summary>
    /// <exception cref="HostException">It cannot be deleted.</exception>
    public static void Erase(VmId id)
    {
        foreach (var path in Find($"*-{id}{Suffix}"))
        {
            if (TryErase(path) is { } failure)
            {
                throw new HostException(HostProblem.PermissionDenied, $"{path} cannot be removed: {failure.Message}", failure);
            }
        }
    }

    /// <summary>The machines of an owner that have a medium.</summary>
    public static IEnumerable<VmId> ListOf(OwnerId owner)
    {
        foreach (var path in Find($"{owner}-*{Suffix}"))
        {
            if (VmId.TryParse(Path.GetFileNameWithoutExtension(path)[(owner.Value.Length + 1)..], out var id))
            {
                yield return id;
            }
        }
    }

    private static Exception? TryErase(string path)
    {
        try
        {
            // Libvirt may have made it another user's meanwhile: then its name goes, and the memory with it once libvirt's QEMU has closed it.
            using var file = Libc.Open(path, Libc.WriteOnly | Libc.NonBlocking | Libc.NoFollow);
            RandomAccess.Write(file, new byte[RandomAccess.GetLength(file)], 0);
        }
        catch (IOException)
        {
            // As above, or it is gone.
        }

        try
        {
            File.Delete(path);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception;
        }
    }

    // Wherever one could be: which of these is in memory may have changed since, and a machine of an older version may have its own.
    private static IEnumerable<string> Find(string pattern) =>
        Directories(Name).Concat(Directories(OldName)).Where(IsOurs).SelectMany(directory => Directory.EnumerateFiles(directory, pattern));

    private static bool IsOurs(string directory) =>
        new DirectoryInfo(directory) is { Exists: true, LinkTarget: null } && Libc.Owner(directory).User == Libc.UserId;

    private static IEnumerable<string> Directories(string name)
    {
        if (Libc.UserId == 0)
        {
            yield return Path.Combine("/run", name);
        }
        else if (Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime && Path.IsPathRooted(runtime))
        {
            yield return Path.Combine(runtime, name);
        }

        yield return Path.Combine("/dev/shm", name);
    }

    private static bool IsInMemory(string directory)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(directory)!).DriveFormat is "tmpfs" or "ramfs";
        }
        catch (IOException)
        {
            return false;
        }
    }
}

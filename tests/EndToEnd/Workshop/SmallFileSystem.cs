using System.Diagnostics;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>A file system of a given size (tmpfs(5)), mounted as long as this lives.</summary>
public sealed class SmallFileSystem : IDisposable
{
    /// <summary>Room for a journal, an overlay's beginning, and little more.</summary>
    public const string LittleRoom = "size=4m,mode=700";

    private readonly string _directory;

    private SmallFileSystem(string directory) => _directory = directory;

    /// <summary>Mounts one, or skips the test with the reason.</summary>
    public static SmallFileSystem MountOrSkip(string directory, string options)
    {
        var mounted = TryMount(directory, options);
        Assert.SkipWhen(mounted is null, "a file system of its own cannot be mounted here, which takes root");
        return mounted!;
    }

    /// <summary>Mounts one, or returns null where that is not allowed.</summary>
    public static SmallFileSystem? TryMount(string directory, string options)
    {
        Directory.CreateDirectory(directory);
        var (code, _) = Run("mount", "-t", "tmpfs", "-o", options, "orchestrator-e2e", directory);
        return code == 0 ? new SmallFileSystem(directory) : null;
    }

    /// <summary>Mounts one that lies in a file, as a disk's would on the disk, or returns null where that is not allowed.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="image">The file, which is made.</param>
    public static SmallFileSystem? TryMountImage(string directory, string image)
    {
        using (var file = new FileStream(image, FileMode.CreateNew))
        {
            file.SetLength(96 << 20);
        }

        Directory.CreateDirectory(directory);
        return Run("mkfs.ext4", "-q", "-F", image).Code == 0 && Run("mount", "-o", "loop", image, directory).Code == 0
            ? new SmallFileSystem(directory)
            : null;
    }

    /// <summary>Sees to it that everything is where it was mounted from.</summary>
    public static void Sync(string directory) => Assert.Equal(0, Run("sync", "--file-system", directory).Code);

    // Lazily: what still uses it is a finding of the test, not a reason to leave a mount behind.
    public void Dispose() => Run("umount", "--lazy", _directory);

    /// <summary>Runs a program of root's.</summary>
    public static (int Code, string Said) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said.Trim());
    }
}

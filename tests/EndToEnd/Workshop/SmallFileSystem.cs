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

    // Lazily: what still uses it is a finding of the test, not a reason to leave a mount behind.
    public void Dispose() => Run("umount", "--lazy", _directory);

    private static (int Code, string Said) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said.Trim());
    }
}

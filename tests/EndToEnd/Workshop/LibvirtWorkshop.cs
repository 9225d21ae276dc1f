using Libvirt;
using Libvirt.Daemon;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>Workbenches with the libvirt driver, on a libvirtd of their own that starts when the first is opened.</summary>
public sealed class LibvirtWorkshop : IWorkshop, IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private PrivateLibvirtd? _daemon;
    private string? _littleRoom;
    private SmallFileSystem? _small;
    private string? _onDisk;
    private SmallFileSystem? _disk;

    /// <summary>Whether the daemon logs what only its developers want to know, too.</summary>
    public bool LogsEverything { get; init; }

    /// <summary>The daemon. There is none before a workbench was opened.</summary>
    public PrivateLibvirtd Daemon => _daemon ?? throw new InvalidOperationException("no workbench was opened yet");

    public async Task<Workbench> OpenAsync(string? image = null)
    {
        if ((PrivateLibvirtd.FindObstacle() ?? LibvirtLibrary.Probe().Problem) is { } obstacle)
        {
            Assert.Skip(obstacle);
        }

        var original = image ?? Artifacts.Image;
        string copy;
        await _turn.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (_daemon is null)
            {
                // Before the daemon, which sees the mounts of its beginning; and kept as soon as they exist, so that they go also when the next step fails.
                _littleRoom ??= Directory.CreateTempSubdirectory(Workbench.Prefix).FullName;
                _small ??= SmallFileSystem.TryMount(_littleRoom, SmallFileSystem.LittleRoom);
                _onDisk ??= Directory.CreateTempSubdirectory(Workbench.Prefix).FullName;
                _disk ??= SmallFileSystem.TryMountImage(_onDisk, _onDisk + ".img");
                _daemon = await PrivateLibvirtd.StartAsync(TestContext.Current.CancellationToken, LogsEverything);
            }

            copy = CopyOf(original, _daemon.Files);
            if (!_daemon.IsRunning)
            {
                await _daemon.StartAgainAsync(TestContext.Current.CancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }

        var bench = new Workbench(new LibvirtTraces(_daemon), copy);
        bench.Environment["ORCHESTRATOR_DRIVER"] = "libvirt";
        bench.Environment["ORCHESTRATOR_LIBVIRT__URI"] = _daemon.Uri;

        // QEMU runs as another user, who has to pass on its way to the state directory.
        File.SetUnixFileMode(bench.Root, File.GetUnixFileMode(bench.Root) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return bench;
    }

    public async Task<(Workbench Bench, IDisposable Room)> OpenInLittleRoomAsync()
    {
        var bench = await OpenAsync();
        Assert.SkipWhen(_small is null, "a file system of its own cannot be mounted here, which takes root");
        bench.StateDirectory = _littleRoom!;
        return (bench, new Emptied(bench));
    }

    public async Task<(Workbench Bench, IDisposable Mounted, string Image)> OpenOnDiskImageAsync()
    {
        var bench = await OpenAsync();
        Assert.SkipWhen(_disk is null, "a file system of its own cannot be mounted here, which takes root and a loop device");
        bench.StateDirectory = _onDisk!;
        return (bench, new Emptied(bench), _onDisk + ".img");
    }

    /// <summary>Connects to the daemon.</summary>
    public LibvirtConnection Connect() => LibvirtConnection.Open(Daemon.Uri);

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
        {
            await _daemon.DisposeAsync();
        }

        _disk?.Dispose();
        if (_onDisk is not null)
        {
            Directory.Delete(_onDisk, recursive: true);
            File.Delete(_onDisk + ".img");
        }

        _small?.Dispose();
        if (_littleRoom is not null)
        {
            Directory.Delete(_littleRoom);
        }

        _turn.Dispose();
    }

    // Where QEMU's user may read it, wherever the repository is.
    private static string CopyOf(string original, string directory)
    {
        var copy = Path.Combine(directory, Path.GetFileName(original));
        if (!File.Exists(copy))
        {
            File.Copy(original, copy);
            File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        return copy;
    }

    // The mount stays for the next one; what a workbench removes of it is what is in it.
    private sealed class Emptied(Workbench bench) : IDisposable
    {
        public void Dispose()
        {
            foreach (var entry in Directory.EnumerateDirectories(bench.StateDirectory))
            {
                Directory.Delete(entry, recursive: true);
            }

            bench.StateDirectory = bench.PathOf("state");
        }
    }
}

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>Workbenches with the qemu driver, which is the default.</summary>
public sealed class QemuWorkshop : IWorkshop
{
    public Task<Workbench> OpenAsync(string? image = null) => Task.FromResult(new Workbench(new QemuTraces(), image ?? Artifacts.Image));

    public Task<(Workbench Bench, IDisposable Room)> OpenInLittleRoomAsync()
    {
        var bench = new Workbench();
        return Task.FromResult<(Workbench, IDisposable)>((bench, SmallFileSystem.MountOrSkip(bench.StateDirectory, SmallFileSystem.LittleRoom)));
    }

    public Task<(Workbench Bench, IDisposable Mounted, string Image)> OpenOnDiskImageAsync()
    {
        var bench = new Workbench();
        var image = bench.PathOf("disk.img");
        var mounted = SmallFileSystem.TryMountImage(bench.StateDirectory, image);
        Assert.SkipWhen(mounted is null, "a file system of its own cannot be mounted here, which takes root and a loop device");
        return Task.FromResult<(Workbench, IDisposable, string)>((bench, mounted!, image));
    }
}

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>Workbenches with the qemu driver, which is the default.</summary>
public sealed class QemuWorkshop : IWorkshop
{
    public Task<Workbench> OpenAsync() => Task.FromResult(new Workbench());

    public Task<(Workbench Bench, IDisposable Room)> OpenInLittleRoomAsync()
    {
        var bench = new Workbench();
        return Task.FromResult<(Workbench, IDisposable)>((bench, SmallFileSystem.MountOrSkip(bench.StateDirectory, SmallFileSystem.LittleRoom)));
    }
}

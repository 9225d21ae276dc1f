using Orchestrator.EndToEnd.Stories.EveryDriver;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.OnLibvirt;

public sealed class RunCrashTests(LibvirtWorkshop workshop) : RunCrashStories(workshop)
{
    private readonly LibvirtWorkshop _workshop = workshop;

    [Fact]
    public async Task A_machine_whose_directory_somebody_removed_is_ended_also_where_libvirt_is_not_the_default()
    {
        await using var bench = await _workshop.OpenAsync();
        using var life = await Life.OfRunAsync(bench, LifeStep.Started);
        await life.KillAsync(Victims.Orchestrator);
        Directory.Delete(bench.RunDirectory, recursive: true);
        bench.Environment["ORCHESTRATOR_DRIVER"] = "qemu";

        var gc = (await bench.Start("gc").EndAsync()).Exited(0);

        Assert.Contains("its machine ended, removed: its directory is gone", gc.Error, StringComparison.Ordinal);
        life.AssertNothingHeld();
        bench.AssertNothingLeft();
    }
}

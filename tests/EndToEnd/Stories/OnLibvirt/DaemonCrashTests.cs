using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.OnLibvirt;

/// <summary>
/// Libvirtd is killed at any step of a run's life, alone or with others, and started again: nothing is left behind. Those of its tests that kill nothing else
/// and have the guest live on are in <see cref="RestartTests"/>.
/// </summary>
public sealed class DaemonCrashTests(DaemonCrashTests.Workshop own) : IClassFixture<DaemonCrashTests.Workshop>
{
    [Theory]
    [InlineData(LifeStep.Created, Victims.Libvirtd | Victims.Orchestrator)]
    [InlineData(LifeStep.Prepared, Victims.Libvirtd | Victims.Orchestrator)]
    [InlineData(LifeStep.Started, Victims.Libvirtd | Victims.Orchestrator)]
    [InlineData(LifeStep.TrayOpened, Victims.Libvirtd | Victims.Orchestrator)]
    [InlineData(LifeStep.ConfigurationRemoved, Victims.Libvirtd | Victims.Orchestrator)]
    [InlineData(LifeStep.Ended, Victims.Libvirtd | Victims.Orchestrator)]
    [InlineData(LifeStep.Prepared, Victims.Libvirtd | Victims.Orchestrator | Victims.Qemu)]
    [InlineData(LifeStep.Started, Victims.Libvirtd | Victims.Orchestrator | Victims.Qemu)]
    public async Task What_a_run_leaves_that_was_killed_with_its_libvirtd_gc_removes_once_that_is_back(LifeStep step, Victims victims)
    {
        await using var bench = await own.OpenAsync();
        using var life = await Life.OfRunAsync(bench, step);

        await life.KillAsync(victims);
        life.Release();
        await bench.Driver.StartDaemonAsync();

        await bench.AssertSweptByGcAsync();
    }

    [Theory]
    [InlineData(LifeStep.Created)]
    [InlineData(LifeStep.Prepared)]
    [InlineData(LifeStep.TrayOpened)]
    public async Task A_run_comes_to_an_end_and_leaves_nothing_when_its_libvirtd_was_killed_and_comes_back(LifeStep step)
    {
        await using var bench = await own.OpenAsync();
        using var life = await Life.OfRunAsync(bench, step, sector: SectorGuest.Ejects(SectorGuest.PowersOff));

        await life.KillAsync(Victims.Libvirtd);
        await bench.Driver.StartDaemonAsync();
        life.Release();

        // A domain that libvirtd had half made or half lost is one it ends when it is back.
        Assert.Contains((await life.Program.EndAsync()).ExitCode, (int[])[0, 3, 4]);
        await bench.AssertSweptByGcAsync();
    }

    [Fact]
    public async Task A_service_adopts_what_it_had_before_it_was_killed_with_its_libvirtd_once_that_is_back()
    {
        await using var bench = await own.OpenAsync();
        using var life = await Life.OfServiceAsync(bench, LifeStep.Started, """{ "finish": "hang" }""");
        var run = bench.RunDirectory;
        await life.KillAsync(Victims.Libvirtd | Victims.Orchestrator);
        await bench.StartAny("tail", "-n", "+1", "-F", Path.Combine(run, "console.log")).OutputLineAsync("guest: hanging");
        bench.AssertSecretOnlyInMemory();

        var next = bench.Start("up", "--json");
        await next.OutputLineAsync("tried again until it can");
        await bench.Driver.StartDaemonAsync();
        await next.EventAsync("configuration-removed");

        Assert.Equal(run, bench.RunDirectory);
        Assert.Empty(bench.PlacesOfSecret());
        await next.DrainedAsync();
        await bench.AssertSweptByGcAsync();
    }

    [Fact]
    public async Task A_service_removes_what_was_killed_with_it_and_libvirtd()
    {
        await using var bench = await own.OpenAsync();
        using var life = await Life.OfServiceAsync(bench, LifeStep.Started);
        var run = Path.GetFileName(bench.RunDirectory);
        await life.KillAsync(Victims.Libvirtd | Victims.Orchestrator | Victims.Qemu);
        await bench.Driver.StartDaemonAsync();

        var next = bench.Start("up", "--json");
        await next.EventAsync("started");

        Assert.Contains(run, Directory.GetDirectories(Path.Combine(bench.StateDirectory, "history")).Select(Path.GetFileName));
        await next.DrainedAsync();
        await bench.AssertSweptByGcAsync();
    }

    [Fact]
    public async Task A_service_goes_on_with_its_machine_after_its_libvirtd_was_killed()
    {
        await using var bench = await own.OpenAsync();
        using var life = await Life.OfServiceAsync(bench, LifeStep.Started, """{ "stay-up-seconds": 1 }""");

        await life.KillAsync(Victims.Libvirtd);
        await life.Program.EventAsync("control-lost");
        await bench.Driver.StartDaemonAsync();

        await life.Program.EventAsync("control-restored");
        await life.Program.EventAsync("configuration-removed");
        Assert.Contains("\"guest-shutdown\"", await life.Program.EventAsync("ended"), StringComparison.Ordinal);
        await life.Program.DrainedAsync();
        await bench.AssertSweptByGcAsync();
    }

    /// <summary>A libvirtd that other tests do without.</summary>
    public sealed class Workshop : IAsyncDisposable
    {
        private readonly LibvirtWorkshop _workshop = new();

        public async Task<Workbench> OpenAsync()
        {
            var bench = await _workshop.OpenAsync();
            bench.Environment["ORCHESTRATOR_SHUTDOWN_GRACE_SECONDS"] = "1";
            return bench;
        }

        public ValueTask DisposeAsync() => _workshop.DisposeAsync();
    }
}

using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.EveryDriver;

/// <summary>A run, of which something is killed at any step: nothing is left behind, and no secret can be read anywhere.</summary>
public abstract class RunCrashStories(IWorkshop workshop)
{
    [Theory]
    [InlineData(LifeStep.Nothing, Victims.Orchestrator)]
    [InlineData(LifeStep.Created, Victims.Orchestrator)]
    [InlineData(LifeStep.Prepared, Victims.Orchestrator)]
    [InlineData(LifeStep.Registered, Victims.Orchestrator)]
    [InlineData(LifeStep.Started, Victims.Orchestrator)]
    [InlineData(LifeStep.TrayOpened, Victims.Orchestrator)]
    [InlineData(LifeStep.ConfigurationRemoved, Victims.Orchestrator)]
    [InlineData(LifeStep.ShutdownRequested, Victims.Orchestrator)]
    [InlineData(LifeStep.Ended, Victims.Orchestrator)]
    [InlineData(LifeStep.Prepared, Victims.Orchestrator | Victims.Qemu)]
    [InlineData(LifeStep.Started, Victims.Orchestrator | Victims.Qemu)]
    [InlineData(LifeStep.Prepared, Victims.Orchestrator | Victims.Network)]
    public async Task What_a_run_leaves_whose_orchestrator_was_killed_gc_removes(LifeStep step, Victims victims)
    {
        await using var bench = await workshop.OpenAsync();
        using var life = await Life.OfRunAsync(bench, step);

        await life.KillAsync(victims);
        Assert.Equal(step >= LifeStep.Registered, life.GitHub.Runners.Any());
        if (step == LifeStep.Started)
        {
            // What the search at the end looks for.
            bench.AssertSecretOnlyInMemory();
        }

        life.Release();
        await bench.AssertSweptByGcAsync();
        life.AssertNothingHeld();
    }

    [Fact]
    public async Task A_QEMU_that_is_killed_before_the_guest_starts_ends_the_run()
    {
        await using var bench = await workshop.OpenAsync();
        using var life = await Life.OfRunAsync(bench, LifeStep.Prepared);

        await life.KillAsync(Victims.Qemu);
        life.Release();

        (await life.Program.EndAsync()).Exited(4).OneError("start", "the guest");
        bench.AssertNothingLeft();
        life.AssertNothingHeld();
        Assert.Empty(bench.PlacesOfSecret());
    }

    [Fact]
    public async Task A_QEMU_that_is_killed_after_the_guest_gave_its_configuration_back_ends_the_run()
    {
        await using var bench = await workshop.OpenAsync();
        using var life = await Life.OfRunAsync(bench, LifeStep.ConfigurationRemoved);

        await life.KillAsync(Victims.Qemu);

        Assert.Contains(bench.Driver.WordsForKilledQemu, (await life.Program.EndAsync()).Exited(4).OutputLines[^1], StringComparison.Ordinal);
        bench.AssertNothingLeft();
        life.AssertNothingHeld();
        Assert.Empty(bench.PlacesOfSecret());
    }

    [Fact]
    public async Task The_next_run_sweeps_what_the_last_one_left()
    {
        await using var bench = await workshop.OpenAsync();
        using var life = await Life.OfRunAsync(bench, LifeStep.Started);
        await life.KillAsync(Victims.Orchestrator);
        bench.ShortenGrace();
        await bench.DescribeAsync(SectorGuest.Stays, change: instance =>
        {
            instance["name"] = bench.Name + "-2";
            instance["ssh-port"] = 0;
        });

        var next = bench.Start("run", bench.Name + "-2");
        await next.ErrorLineAsync("its machine ended, removed");
        await next.ErrorLineAsync("released: its run is over");
        next.Terminate();

        (await next.EndAsync()).Exited(143);
        bench.AssertNothingLeft();
        life.AssertNothingHeld();
        Assert.Empty(bench.PlacesOfSecret());
    }
}

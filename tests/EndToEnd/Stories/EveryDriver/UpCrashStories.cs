using System.Text.Json.Nodes;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.EveryDriver;

/// <summary>
/// A service, of whose run something is killed at any step: the next service goes on with what had started, removes what had not, and leaves nothing in
/// the end.
/// </summary>
public abstract class UpCrashStories(IWorkshop workshop)
{
    [Theory]
    [InlineData(LifeStep.Created, Victims.Orchestrator)]
    [InlineData(LifeStep.Prepared, Victims.Orchestrator)]
    [InlineData(LifeStep.Registered, Victims.Orchestrator)]
    [InlineData(LifeStep.Prepared, Victims.Orchestrator | Victims.Qemu)]
    [InlineData(LifeStep.Ended, Victims.Orchestrator)]
    public async Task What_had_not_started_or_was_over_when_a_service_was_killed_the_next_one_removes(LifeStep step, Victims victims)
    {
        await using var bench = await OpenAsync();
        using var life = await Life.OfServiceAsync(bench, step);
        var run = Path.GetFileName(bench.RunDirectory);

        await life.KillAsync(victims);
        life.Release();

        var next = bench.Start("up", "--json");
        Assert.Contains(run, await next.EventAsync("swept"), StringComparison.Ordinal);
        Assert.Contains("\"adopted\":0", await next.EventAsync("ready"), StringComparison.Ordinal);
        await next.EventAsync("created");
        await DrainAsync(bench, next, life);
    }

    [Fact]
    public async Task A_machine_that_was_killed_with_its_service_is_over_for_the_next_one()
    {
        await using var bench = await OpenAsync();
        using var life = await Life.OfServiceAsync(bench, LifeStep.Started);
        var run = Path.GetFileName(bench.RunDirectory);

        await life.KillAsync(Victims.Orchestrator | Victims.Qemu);
        var next = bench.Start("up", "--json");
        await next.EventAsync("created");

        // Swept, or adopted first where libvirtd had not seen the end of it yet.
        Assert.Equal([run], Directory.GetDirectories(Path.Combine(bench.StateDirectory, "history")).Select(Path.GetFileName));
        await DrainAsync(bench, next, life);
    }

    [Fact]
    public async Task A_configuration_whose_tray_was_opened_while_no_service_lived_is_removed_by_the_next_one_at_once()
    {
        await using var bench = await OpenAsync();
        using var life = await Life.OfServiceAsync(bench, LifeStep.Started, """{ "finish": "hang" }""");
        var deadline = Deadline(bench);
        await life.KillAsync(Victims.Orchestrator);
        var log = bench.Start("logs", bench.Name, "--follow");
        await log.OutputLineAsync("guest: hanging");
        bench.AssertSecretOnlyInMemory();
        var swept = (await bench.Start("gc").EndAsync()).Exited(0).Error;
        Assert.Contains("left: it is a service's", swept, StringComparison.Ordinal);
        Assert.Contains("control.sock: removed: the control socket of a service that was killed", swept, StringComparison.Ordinal);

        var next = bench.Start("up", "--json");
        await next.EventAsync("configuration-removed");

        Assert.Empty(bench.PlacesOfSecret());
        Assert.Equal(deadline, Deadline(bench));
        (await bench.Start("stop", bench.Name, "--now").EndAsync()).Exited(0);
        (await log.EndAsync()).Exited(0);
        await DrainAsync(bench, next, life);
    }

    // That it works longer already, UpgradeStories have.
    [Fact]
    public async Task A_machine_that_works_when_its_service_is_killed_is_the_next_ones_to_end()
    {
        await using var bench = await OpenAsync();
        using var life = await Life.OfServiceAsync(bench, LifeStep.TrayOpened);
        var run = Path.GetFileName(bench.RunDirectory);
        var deadline = Deadline(bench);

        await life.KillAsync(Victims.Orchestrator);
        var next = bench.Start("up", "--json");
        Assert.Contains(run, await next.EventAsync("adopted"), StringComparison.Ordinal);
        await next.EventAsync("ready");
        Assert.Equal(deadline, Deadline(bench));

        await DrainAsync(bench, next, life);
        Assert.Empty(Directory.GetDirectories(Path.Combine(bench.StateDirectory, "history")).Select(Path.GetFileName).Except([run]));
    }

    [Fact]
    public async Task A_guest_that_was_asked_to_power_down_when_its_service_was_killed_has_no_new_grace_from_the_next_one()
    {
        await using var bench = await OpenAsync();
        using var life = await Life.OfServiceAsync(bench, LifeStep.ShutdownRequested);
        var asked = Asked(bench);

        await life.KillAsync(Victims.Orchestrator);
        var next = bench.Start("up", "--json");
        await next.EventAsync("killing");

        Assert.Equal(asked, Asked(bench));
        await next.EventAsync("ended");
        await DrainAsync(bench, next, life);
    }

    [Fact]
    public async Task A_machine_whose_service_was_killed_goes_on_under_the_next_ones_though_the_file_is_broken_or_gone_and_ends_by_itself()
    {
        await using var bench = await OpenAsync();
        using var life = await Life.OfServiceAsync(bench, LifeStep.Started, """{ "stay-up-seconds": 4 }""");
        var run = Path.GetFileName(bench.RunDirectory);
        var deadline = Deadline(bench);
        await life.KillAsync(Victims.Orchestrator);
        var good = await File.ReadAllTextAsync(bench.InstancesFile, TestContext.Current.CancellationToken);

        await File.WriteAllTextAsync(bench.InstancesFile, "[{]", TestContext.Current.CancellationToken);
        var next = await AdoptsWithoutInstancesAsync(bench, run);
        StartedProgram.Kill(next.Pid);
        await next.EndAsync();

        File.Delete(bench.InstancesFile);
        next = await AdoptsWithoutInstancesAsync(bench, run);
        await next.EventAsync("configuration-removed");
        Assert.Equal(deadline, Deadline(bench));
        var ended = await next.EventAsync("ended");
        Assert.Contains(run, ended, StringComparison.Ordinal);
        Assert.Contains("\"guest-shutdown\"", ended, StringComparison.Ordinal);

        await File.WriteAllTextAsync(bench.InstancesFile, good, TestContext.Current.CancellationToken);
        Assert.Contains(bench.Name, await next.EventAsync("reloaded"), StringComparison.Ordinal);
        await next.EventAsync("created");
        await DrainAsync(bench, next, life);
    }

    [Fact]
    public async Task A_machine_whose_time_is_up_ends_also_where_the_file_is_broken_and_no_service_can_start()
    {
        await using var bench = await OpenAsync();
        using var life = await Life.OfServiceAsync(bench, LifeStep.Started);
        await life.KillAsync(Victims.Orchestrator);
        var journal = Journal(bench);
        journal["deadline"] = "2001-02-03T04:05:06+00:00";
        await File.WriteAllTextAsync(Path.Combine(bench.RunDirectory, "run.json"), journal.ToJsonString(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(bench.InstancesFile, "[{]", TestContext.Current.CancellationToken);

        var refused = (await bench.Start("up").EndAsync()).Exited(2).Error;

        Assert.Contains("its time is up", refused, StringComparison.Ordinal);
        Assert.Contains("instances.json:1: ", refused, StringComparison.Ordinal);
        bench.AssertNothingLeft();
        Assert.Empty(bench.PlacesOfSecret());
    }

    [Fact]
    public async Task A_service_goes_on_after_a_QEMU_was_killed()
    {
        await using var bench = await OpenAsync();
        using var life = await Life.OfServiceAsync(bench, LifeStep.Started);

        await life.KillAsync(Victims.Qemu);

        Assert.Contains(bench.Driver.WordsForKilledQemu, await life.Program.EventAsync("ended"), StringComparison.Ordinal);
        await life.Program.EventAsync("started", occurrence: 2);
        await DrainAsync(bench, life.Program, life);
    }

    private async Task<Workbench> OpenAsync()
    {
        var bench = await workshop.OpenAsync();
        bench.Environment["ORCHESTRATOR_SHUTDOWN_GRACE_SECONDS"] = "1";
        return bench;
    }

    private static async Task<StartedProgram> AdoptsWithoutInstancesAsync(Workbench bench, string run)
    {
        var next = bench.Start("up", "--json");
        Assert.Contains("instances.json", await next.EventAsync("instances-refused"), StringComparison.Ordinal);
        Assert.Contains(run, await next.EventAsync("adopted"), StringComparison.Ordinal);
        return next;
    }

    private static async Task DrainAsync(Workbench bench, StartedProgram service, Life life)
    {
        await service.DrainedAsync();

        // What was asked for by somebody who was killed may still have been waited for.
        Assert.All((await bench.Start("gc").EndAsync()).Exited(0).ErrorLines, line => Assert.Contains("released", line, StringComparison.Ordinal));
        life.AssertNothingHeld();
        bench.AssertNothingLeft();
        Assert.Empty(bench.PlacesOfSecret());
    }

    private static string Deadline(Workbench bench) => Journal(bench)["deadline"]!.GetValue<string>();

    private static string Asked(Workbench bench) => Journal(bench)["stop-asked"]!.GetValue<string>();

    private static JsonNode Journal(Workbench bench) => JsonNode.Parse(File.ReadAllText(Path.Combine(bench.RunDirectory, "run.json")))!;
}

using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.EveryDriver;

/// <summary>Each way a run can end: its exit code, what the user reads, and that nothing remains.</summary>
public abstract class EndingStories(IWorkshop workshop)
{
    private const string Hangs = """{ "tiny": { "finish": "hang" } }""";
    private const string IgnoresButton = """{ "tiny": { "finish": "hang", "ignore-power-button": true } }""";

    [Fact]
    public async Task A_guest_that_obeys_the_time_limit_shuts_down_in_an_orderly_way()
    {
        await using var bench = await workshop.OpenAsync();
        bench.Describe(Hangs);
        var outcome = (await RunToTheTimeLimitAsync(bench, seconds: 8)).Exited(124);

        Assert.Contains("guest: power button pressed", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("guest: powering off", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ending the machine", outcome.Error, StringComparison.Ordinal);
        outcome.OneError(bench.Name, "time limit");
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_guest_that_ignores_the_time_limit_is_killed_when_its_grace_is_over()
    {
        await using var bench = await workshop.OpenAsync();
        bench.Describe(IgnoresButton, instance => instance["timeout-seconds"] = 1);
        bench.ShortenGrace();

        var outcome = (await bench.StartRun().EndAsync()).Exited(124);

        Assert.Contains("ending the machine: the guest did not power down in time", outcome.Error, StringComparison.Ordinal);
        outcome.OneError(bench.Name, "time limit");
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task Ctrl_C_asks_the_guest_to_power_down()
    {
        await using var bench = await workshop.OpenAsync();
        bench.Describe(Hangs);
        var run = bench.StartRun("--console");
        await run.OutputLineAsync("guest: hanging");

        run.Interrupt();

        var outcome = (await run.EndAsync()).Exited(130);
        Assert.Contains("guest: powering off", outcome.Output, StringComparison.Ordinal);
        Assert.Contains($"{bench.Name}: stopped: prepared", outcome.ErrorLines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("error: ", outcome.Error, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_guest_that_is_asked_while_it_boots_powers_down_as_soon_as_it_can_hear()
    {
        await using var bench = await workshop.OpenAsync();
        bench.Describe(Hangs);
        var run = bench.StartRun("--console");
        await run.ErrorLineAsync("started");

        ProcessControl.Send(run.Pid, ProcessControl.Quit); // Ctrl+\: an orderly end, too

        var outcome = (await run.EndAsync()).Exited(131);
        Assert.Contains("guest: power button pressed", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ending the machine", outcome.Error, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task Ctrl_C_twice_ends_the_guest_at_once()
    {
        await using var bench = await workshop.OpenAsync();
        bench.Describe(IgnoresButton);
        var run = bench.StartRun();
        await run.ErrorLineAsync("started");

        run.Interrupt();
        await run.ErrorLineAsync("asked the guest to power down");
        var began = TimeProvider.System.GetTimestamp();
        await run.InterruptAgainAsync();

        var outcome = (await run.EndAsync()).Exited(130);
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(10), "the second Ctrl+C is to work at once");
        Assert.Contains($"{bench.Name}: stopped by force", outcome.ErrorLines[^1], StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_service_manager_that_terminates_a_run_whose_guest_does_not_listen_waits_for_the_grace()
    {
        await using var bench = await workshop.OpenAsync();
        bench.Describe(IgnoresButton);
        bench.Environment["ORCHESTRATOR_SHUTDOWN_GRACE_SECONDS"] = "3";
        var run = bench.StartRun("--console");
        await run.OutputLineAsync("guest: hanging");

        run.Terminate();

        await run.OutputLineAsync("guest: power button ignored");
        var outcome = (await run.EndAsync()).Exited(143);
        Assert.Contains("ending the machine: the guest did not power down in time", outcome.Error, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_guest_that_reboots_goes_on_without_its_configuration()
    {
        await using var bench = await workshop.OpenAsync();
        bench.Describe("""{ "tiny": { "finish": "reboot" } }""");

        var outcome = (await bench.StartRun("--console").EndAsync()).Exited(0);

        Assert.Contains("guest: booted again after a reboot", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("medium still there", outcome.Output, StringComparison.Ordinal);
        Assert.Contains($"{bench.Name}: the guest reboots", outcome.ErrorLines);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_reboot_ends_an_instance_that_is_to_be_shut_down_on_reboot()
    {
        await using var bench = await workshop.OpenAsync();
        var reboots = await SectorGuest.MakeAsync(bench, SectorGuest.Reboots);
        bench.Describe(change: instance =>
        {
            instance["image"] = reboots;
            instance["on-reboot"] = "shutdown";
        });

        var outcome = (await bench.StartRun("--console").EndAsync()).Exited(0);

        Assert.Single(outcome.OutputLines, line => line.Contains("Booting from Hard Disk", StringComparison.Ordinal));
        Assert.DoesNotContain("the guest reboots", outcome.Error, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_guest_that_panics_is_a_crash()
    {
        await using var bench = await workshop.OpenAsync();
        bench.Describe("""{ "tiny": { "finish": "panic" } }""");

        var outcome = (await bench.StartRun("--console").EndAsync()).Exited(4);

        Assert.Contains("Kernel panic", outcome.Output, StringComparison.Ordinal);
        outcome.OneError(bench.Name, "kernel panicked");
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_QEMU_that_is_killed_from_outside_is_a_crash_that_says_so()
    {
        await using var bench = await workshop.OpenAsync();
        bench.Describe(Hangs);
        var run = bench.StartRun();
        await run.ErrorLineAsync("started");

        StartedProgram.Kill(bench.Qemu);

        var outcome = (await run.EndAsync()).Exited(4);
        outcome.OneError(bench.Name, bench.Driver.WordsForKilledQemu);
        bench.AssertNothingLeft();
    }

    // A power button that is pressed before the guest has booted is not heard, and how long that takes is the host's business.
    private static async Task<Outcome> RunToTheTimeLimitAsync(Workbench bench, int seconds)
    {
        var run = bench.StartRun("--console", "--timeout", $"{seconds}");
        await run.ErrorLineAsync("the time limit is reached");
        if (run.Output.Contains("guest: hanging", StringComparison.Ordinal))
        {
            return await run.EndAsync();
        }

        run.Dispose();
        await bench.ClearAsync();
        return await RunToTheTimeLimitAsync(bench, seconds * 2);
    }
}

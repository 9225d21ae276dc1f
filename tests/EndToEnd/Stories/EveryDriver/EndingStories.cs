using System.Globalization;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.EveryDriver;

/// <summary>Each way a run can end: its exit code, what the user reads, and that nothing remains.</summary>
public abstract class EndingStories(IWorkshop workshop)
{
    private const string Hangs = """{ "tiny": { "finish": "hang" } }""";

    [Fact]
    public async Task A_guest_whose_time_is_up_while_it_boots_powers_down_as_soon_as_it_can_hear()
    {
        await using var bench = await workshop.OpenAsync();
        bench.Describe(Hangs);
        bench.Environment["ORCHESTRATOR_SHUTDOWN_GRACE_SECONDS"] = "150"; // however long that takes on this host

        var outcome = (await bench.StartRun("--console", "--timeout", "1").EndAsync()).Exited(124);

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
        await bench.DescribeAsync(SectorGuest.Stays, change: instance => instance["timeout-seconds"] = 1);
        bench.ShortenGrace();

        var outcome = (await bench.StartRun().EndAsync()).Exited(124);

        Assert.Contains("ending the machine: the guest did not power down in time", outcome.Error, StringComparison.Ordinal);
        outcome.OneError(bench.Name, "time limit");
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_chosen_ssh_port_is_printed_and_leads_to_the_guest_until_Ctrl_C_asks_it_to_power_down()
    {
        await using var bench = await workshop.OpenAsync();
        bench.Describe(Hangs, instance => instance.Remove("ssh-port"));
        var run = bench.StartRun("--console");
        var words = (await run.ErrorLineAsync("ssh -p ")).Split(' ');
        var port = int.Parse(words[Array.IndexOf(words, "-p") + 1], CultureInfo.InvariantCulture);
        await run.OutputLineAsync("guest: ssh ready");
        Assert.True(HostProcesses.IsListening(port));
        await run.OutputLineAsync("guest: hanging");

        run.Interrupt();

        var outcome = (await run.EndAsync()).Exited(130);
        Assert.Contains("guest: powering off", outcome.Output, StringComparison.Ordinal);
        Assert.Contains($"{bench.Name}: stopped: prepared", outcome.ErrorLines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("error: ", outcome.Error, StringComparison.Ordinal);
        Assert.False(HostProcesses.IsListening(port));
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task Ctrl_backslash_asks_the_guest_to_power_down_too()
    {
        await using var bench = await workshop.OpenAsync();
        await bench.DescribeAsync(SectorGuest.Stays);
        bench.ShortenGrace();
        var run = bench.StartRun();
        await run.ErrorLineAsync("started");

        ProcessControl.Send(run.Pid, ProcessControl.Quit);

        await run.ErrorLineAsync("asked the guest to power down");
        (await run.EndAsync()).Exited(131);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task Ctrl_C_twice_ends_the_guest_at_once()
    {
        await using var bench = await workshop.OpenAsync();
        await bench.DescribeAsync(SectorGuest.Stays);
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
        bench.Describe("""{ "tiny": { "finish": "hang", "ignore-power-button": true } }""");
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
    public async Task A_reboot_ends_an_instance_that_is_to_be_shut_down_on_reboot()
    {
        await using var bench = await workshop.OpenAsync();
        await bench.DescribeAsync(SectorGuest.Reboots, change: instance => instance["on-reboot"] = "shutdown");

        var outcome = (await bench.StartRun("--console").EndAsync()).Exited(0);

        Assert.Single(outcome.OutputLines, line => line.Contains("SeaBIOS", StringComparison.Ordinal));
        Assert.DoesNotContain("the guest reboots", outcome.Error, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_guest_that_panics_is_a_crash()
    {
        await using var bench = await workshop.OpenAsync();
        await bench.DescribeAsync(SectorGuest.Panics);

        var outcome = (await bench.StartRun("--console").EndAsync()).Exited(4);

        outcome.OneError(bench.Name, "kernel panicked");
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_QEMU_that_is_killed_from_outside_is_a_crash_that_says_so()
    {
        await using var bench = await workshop.OpenAsync();
        await bench.DescribeAsync(SectorGuest.Stays);
        var run = bench.StartRun();
        await run.ErrorLineAsync("started");

        StartedProgram.Kill(bench.Qemu);

        var outcome = (await run.EndAsync()).Exited(4);
        outcome.OneError(bench.Name, bench.Driver.WordsForKilledQemu);
        bench.AssertNothingLeft();
    }
}

using Libvirt.Daemon;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.OnLibvirt;

/// <summary>That a libvirtd may go and come back in the middle of a run. On a libvirtd of its own, which other tests do without.</summary>
public sealed class RestartTests : IAsyncLifetime
{
    private readonly LibvirtWorkshop _workshop = new();

    private PrivateLibvirtd Daemon => _workshop.Daemon;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Fact]
    public async Task A_run_goes_on_when_libvirtd_is_killed_and_started_again_before_the_guest_has_its_configuration()
    {
        await using var bench = await _workshop.OpenAsync();
        bench.Describe("""{ "tiny": { "stay-up-seconds": 1 } }""");
        var run = bench.StartRun("--console");
        await run.ErrorLineAsync("started");

        await Daemon.KillAsync();
        await run.ErrorLineAsync("control of the machine is lost");
        await Daemon.StartAgainAsync(TestContext.Current.CancellationToken);
        await run.ErrorLineAsync("control of the machine is back");
        await run.ErrorLineAsync("configuration removed");

        (await run.EndAsync()).Exited(0);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_machine_that_ends_while_libvirtd_is_away_is_reported_as_ended()
    {
        await using var bench = await _workshop.OpenAsync();
        await bench.DescribeAsync(SectorGuest.Stays);
        var run = bench.StartRun();
        await run.ErrorLineAsync("started");
        var qemu = bench.Qemu;

        await Daemon.KillAsync();
        await run.ErrorLineAsync("control of the machine is lost");
        StartedProgram.Kill(qemu);
        await Daemon.StartAgainAsync(TestContext.Current.CancellationToken);

        (await run.EndAsync()).Exited(4).OneError(bench.Name, "ended");
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_machine_can_be_ended_while_libvirtd_is_away()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may end another user's QEMU");
        await using var bench = await _workshop.OpenAsync();
        await bench.DescribeAsync(SectorGuest.Stays);
        var run = bench.StartRun();
        await run.ErrorLineAsync("started");
        await Daemon.KillAsync();
        await run.ErrorLineAsync("control of the machine is lost");

        run.Interrupt();
        await run.ErrorLineAsync("asked the guest to power down");
        await run.InterruptAgainAsync();

        (await run.EndAsync()).Exited(130);
        Assert.Empty(HostProcesses.Mentioning($"guest={bench.Name}"));
        await Daemon.StartAgainAsync(TestContext.Current.CancellationToken);

        // It finds out by and by that the domains it remembers have no process any more.
        using var connection = _workshop.Connect();
        while (connection.ListDomains() is { Count: > 0 } domains)
        {
            domains[0].Dispose();
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        bench.AssertNothingLeft();
    }
}

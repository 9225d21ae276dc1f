using Orchestrator.Conformance.Harness;
using Orchestrator.Drivers;

namespace Orchestrator.Conformance;

/// <content>The ways a machine ends.</content>
public abstract partial class DriverConformance<TDriver>
{
    [Fact]
    public async Task A_power_button_that_nobody_heard_can_be_pressed_again_and_a_guest_that_ignores_it_runs_on_until_it_is_killed()
    {
        var watched = await StartAsync(TinyPlan.Stays with { IgnorePowerButton = true });
        await watched.Machine.RequestPowerDownAsync(Token); // the firmware's time: no guest hears it
        await watched.SaysAsync("hanging", Token);
        await watched.Machine.RequestPowerDownAsync(Token);
        await watched.SaysAsync("power button ignored", Token);
        await watched.Machine.RequestPowerDownAsync(Token);
        await watched.Guest.FirstAsync(_ => watched.Guest.Said.Count(line => line == "power button ignored") >= 2, "twice that it ignores", Token);
        Assert.False(watched.Machine.Completion.IsCompleted);
        Assert.Equal(VmState.Running, (await FindAsync(watched.Spec))?.State);

        await watched.Machine.KillAsync(Token);

        Assert.Empty(DriverHarness.Processes(watched.Spec));
        Assert.Equal(VmExitReason.Killed, (await watched.EndsAsync(Token)).Reason);
    }

    [Fact]
    public async Task A_machine_that_is_killed_before_its_start_is_killed_and_cannot_be_started()
    {
        var watched = await PrepareAsync();
        await watched.Machine.KillAsync(Token);

        Assert.Empty(DriverHarness.Processes(watched.Spec));
        var exit = await watched.EndsAsync(Token);
        Assert.Equal(VmExitReason.Killed, exit.Reason);
        Assert.Equal([new VmEvent.Stopped(exit)], watched.Events.Said);
        await Assert.ThrowsAsync<HypervisorException>(() => watched.Machine.StartAsync(TinyPlan.Ordinary.ToMedium("vm-1"), Token));
        Assert.Empty(watched.Console.Said);
    }

    [Fact]
    public async Task A_machine_that_everybody_kills_at_once_ends_once()
    {
        var watched = await StartAsync(TinyPlan.Stays);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => watched.Machine.KillAsync(Token), Token)));

        Assert.Empty(DriverHarness.Processes(watched.Spec));
        var exit = await watched.EndsAsync(Token);
        Assert.Equal(VmExitReason.Killed, exit.Reason);
        Assert.Equal([new VmEvent.Stopped(exit)], watched.Events.Said);
    }

    [Fact]
    public async Task A_start_that_is_cancelled_anywhere_leaves_a_machine_that_can_be_disposed_of()
    {
        foreach (var milliseconds in (int[])[0, 1, 4, 16])
        {
            var watched = await PrepareAsync();
            using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(milliseconds));
            var failure = await Record.ExceptionAsync(() => watched.Machine.StartAsync(TinyPlan.Stays.ToMedium("vm-1"), cancellation.Token));

            Assert.True(failure is null or OperationCanceledException, $"{failure}");
            await watched.DisposeAsync();
            await AssertNothingLeftAsync(watched.Spec);
        }
    }

    [Fact]
    public async Task A_hypervisor_that_crashes_is_no_shutdown_of_the_guest()
    {
        var watched = await StartAsync(TinyPlan.Stays);

        harness.CrashHypervisor(watched.Spec);

        var exit = await watched.EndsAsync(Token);
        Assert.Equal(VmExitReason.HypervisorCrashed, exit.Reason);
        Assert.NotEmpty(exit.Detail);
        await watched.DisposeAsync();
        await AssertNothingLeftAsync(watched.Spec);
    }

    [Fact]
    public async Task A_console_that_is_opened_while_the_hypervisor_crashes_is_at_its_end()
    {
        var spec = Describe();
        await using var machine = await _driver.PrepareAsync(spec, Token);

        harness.CrashHypervisor(spec);

        await using var console = await machine.OpenConsoleAsync(Token);
        await console.CopyToAsync(Stream.Null, Token);
        await machine.Completion.WaitAsync(Token);
    }

    [Fact]
    public async Task A_panic_is_reported_and_ends_the_machine()
    {
        Assert.SkipUnless(_driver.Registration.Capabilities.ReportsPanic, $"the {_driver.Registration.Name} driver does not report panics");
        var watched = await StartAsync(new TinyPlan { Finish = "panic" });

        var exit = await watched.EndsAsync(Token);

        Assert.Equal(VmExitReason.GuestPanic, exit.Reason);
        Assert.Equal<VmEvent>([new VmEvent.GuestPanicked(), new VmEvent.Stopped(exit)], watched.Events.Said.TakeLast(2));
    }

    [Fact]
    public async Task A_reboot_ends_a_machine_that_is_to_end_with_it()
    {
        var watched = await StartAsync(new TinyPlan { Finish = "reboot" }, spec: Describe(machine => machine with { OnReboot = RebootAction.Shutdown }));

        var exit = await watched.EndsAsync(Token);

        Assert.Equal(VmExitReason.GuestShutdown, exit.Reason);
        Assert.DoesNotContain(new VmEvent.GuestRebooted(), watched.Events.Said);
        Assert.DoesNotContain(watched.Guest.Said, line => line.StartsWith("booted again", StringComparison.Ordinal));
    }
}

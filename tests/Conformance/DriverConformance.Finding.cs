using Orchestrator.Conformance.Harness;
using Orchestrator.Drivers;

namespace Orchestrator.Conformance;

/// <content>What another process, or this one after a restart, can find and do; and what letting go and disposing mean.</content>
public abstract partial class DriverConformance<TDriver>
{
    [Fact]
    public async Task What_one_driver_began_the_next_ones_go_on_with_and_hear_what_its_guest_says()
    {
        Assert.SkipUnless(
            _driver.Registration.Capabilities.MachinesOutliveOrchestrator,
            $"machines of the {_driver.Registration.Name} driver end with the orchestrator");
        var first = await StartAsync(TinyPlan.Stays with { Say = [TinyPlan.Ready, "2", TinyPlan.JobStarted] }, removesMedium: false);
        var spec = first.Spec;
        await first.HappensAsync<VmEvent.TrayOpened>(Token);
        await first.HappensAsync<VmEvent.GuestSaid>(Token);
        await first.DetachAsync();
        await first.DisposeAsync();

        // The tray was left open, and its medium in the drive.
        var second = await AttachAsync(harness.CreateDriver(), spec, removesMedium: true);
        await second.Removed.WaitAsync(Token);
        Assert.Equal(new VmEvent.TrayOpened(FoundOpen: true), second.Events.Said.First(happened => happened is not VmEvent.GuestSaid));
        await second.SaysAsync("hanging", Token);
        Assert.Equal(first.Machine.Ssh, second.Machine.Ssh);
        Assert.Equal(VmState.Running, (await FindAsync(spec))?.State);
        await Assert.ThrowsAnyAsync<Exception>(() => second.Machine.StartAsync(default, Token));
        await second.Machine.KillAsync(Token);

        Assert.Equal(VmExitReason.Killed, (await second.EndsAsync(Token)).Reason);

        // In between nobody listened; whether it spoke then depends on who is how fast.
        Assert.Equal<VmEvent>(
            [new VmEvent.GuestSaid(new GuestReport.Ready()), new VmEvent.GuestSaid(new GuestReport.JobStarted("build"))],
            first.Events.Said.Concat(second.Events.Said).Where(happened => happened is VmEvent.GuestSaid));
        await second.DisposeAsync();
        await AssertNothingLeftAsync(spec);
    }

    [Fact]
    public async Task A_machine_that_is_found_before_its_start_is_there_to_be_ended()
    {
        Assert.SkipUnless(
            _driver.Registration.Capabilities.MachinesOutliveOrchestrator,
            $"machines of the {_driver.Registration.Name} driver end with the orchestrator");
        var first = await PrepareAsync();
        await first.DetachAsync();

        var second = await AttachAsync(harness.CreateDriver(), first.Spec);
        await Assert.ThrowsAsync<InvalidOperationException>(() => second.Machine.StartAsync(TinyPlan.Ordinary.ToMedium("vm-1"), Token));
        await second.DisposeAsync();

        await AssertNothingLeftAsync(first.Spec);
    }

    [Fact]
    public async Task A_console_is_open_to_another_process_beside_whoever_watches_until_the_machine_is_over()
    {
        var life = await harness.OrdinaryLifeAsync();

        Assert.Contains($"configuration read: name={life.Spec.Machine.Name}", life.Said);
        await Assert.ThrowsAsync<HypervisorException>(() => _driver.OpenConsoleAsync(VmId.Create(TimeProvider.System), Token));
    }

    [Fact]
    public async Task A_console_has_one_reader_at_a_time_and_the_second_hears_so()
    {
        var spec = Describe();
        await using var machine = await _driver.PrepareAsync(spec, Token);
        await using var console = await machine.OpenConsoleAsync(Token);

        var taken = await Assert.ThrowsAsync<HostException>(() => harness.CreateDriver().OpenConsoleAsync(spec.Id, Token));

        Assert.Contains(spec.Id.Value, taken.Message, StringComparison.Ordinal);
        Assert.Contains("orchestrator logs -f", taken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_that_is_not_there_can_be_destroyed_but_not_attached_to()
    {
        var id = VmId.Create(TimeProvider.System);

        Assert.Null(await _driver.AttachAsync(id, Token));
        await _driver.DestroyAsync(id, Token);
        await _driver.DestroyAsync(id, Token);
    }

    [Fact]
    public async Task A_machine_that_ended_is_found_as_ended_until_it_is_disposed_of()
    {
        var first = await PrepareAsync();
        await first.Machine.KillAsync(Token);
        await first.EndsAsync(Token);
        await first.DetachAsync();

        var second = await AttachAsync(harness.CreateDriver(), first.Spec);

        // Who comes too late to see how it ended may not know.
        var exit = await second.EndsAsync(Token);
        Assert.True(exit.Reason is VmExitReason.Killed or VmExitReason.Unknown, exit.ToString());
        Assert.Equal([new VmEvent.Stopped(exit)], second.Events.Said);
        await second.Machine.RemoveConfigMediaAsync(Token);
        await second.Machine.RequestPowerDownAsync(Token);
        await second.Machine.KillAsync(Token);
        await second.DisposeAsync();
        await AssertNothingLeftAsync(first.Spec);
        Assert.Null(await _driver.AttachAsync(first.Spec.Id, Token));
    }

    [Fact]
    public async Task A_machine_whose_hypervisor_crashed_while_nobody_watched_is_found_as_ended()
    {
        Assert.SkipUnless(
            _driver.Registration.Capabilities.MachinesOutliveOrchestrator,
            $"machines of the {_driver.Registration.Name} driver end with the orchestrator");
        var first = await StartAsync(TinyPlan.Stays);
        await first.DetachAsync();

        harness.CrashHypervisor(first.Spec);

        var second = await AttachAsync(harness.CreateDriver(), first.Spec);
        var exit = await second.EndsAsync(Token);
        Assert.True(exit.Reason is VmExitReason.HypervisorCrashed or VmExitReason.Unknown, exit.ToString());
        Assert.Equal(VmState.Ended, (await FindAsync(first.Spec))?.State);
        await _driver.DestroyAsync(first.Spec.Id, Token);
        await AssertNothingLeftAsync(first.Spec);
    }

    [Fact]
    public async Task An_owner_sees_its_own_machines_and_what_they_do_and_nobody_elses()
    {
        var paused = await PrepareAsync();
        var running = await StartAsync(TinyPlan.Stays);
        var ended = await PrepareAsync();
        await ended.Machine.KillAsync(Token);
        var stranger = new OwnerId(harness.Owner.Value + "x");
        var strange = await PrepareAsync(spec: Describe(machine => machine with { Name = "somebody-elses" }) with { Owner = stranger });

        Assert.Equal(VmState.Paused, (await FindAsync(paused.Spec))?.State);
        Assert.Equal(VmState.Running, (await FindAsync(running.Spec))?.State);
        Assert.Equal(VmState.Ended, (await FindAsync(ended.Spec))?.State);
        Assert.Null(await FindAsync(strange.Spec, harness.Owner));
        Assert.Equal(
            [new VmRecord(strange.Spec.Id, "somebody-elses", VmState.Paused)],
            await harness.CreateDriver().ListAsync(stranger, Token));
        Assert.Empty(await harness.CreateDriver().ListAsync(new OwnerId("nobody"), Token));
    }

    [Fact]
    public async Task A_running_machine_that_is_destroyed_leaves_nothing_and_tells_who_watches()
    {
        var watched = await StartAsync(TinyPlan.Stays);

        await harness.CreateDriver().DestroyAsync(watched.Spec.Id, Token);

        await AssertNothingLeftAsync(watched.Spec);
        Assert.Equal(VmExitReason.Killed, (await watched.EndsAsync(Token)).Reason);
        await watched.DisposeAsync();
        await harness.CreateDriver().DestroyAsync(watched.Spec.Id, Token);
        await AssertNothingLeftAsync(watched.Spec);
    }

    [Fact]
    public async Task A_machine_that_is_disposed_of_leaves_nothing_whether_it_ran_or_not()
    {
        var paused = await PrepareAsync();
        var running = await StartAsync(TinyPlan.Stays);

        foreach (var watched in (WatchedMachine[])[paused, running])
        {
            await watched.Machine.DisposeAsync();
            await watched.Machine.DisposeAsync();

            Assert.Equal(VmExitReason.Killed, (await watched.EndsAsync(Token)).Reason);
            await AssertNothingLeftAsync(watched.Spec);
        }
    }

    [Fact]
    public async Task A_machine_that_was_let_go_of_is_not_disposed_of()
    {
        var watched = await PrepareAsync();

        await watched.DetachAsync();
        await watched.Machine.DetachAsync();
        await watched.Machine.DisposeAsync();

        Assert.Equal(VmState.Paused, (await FindAsync(watched.Spec))?.State);
    }
}

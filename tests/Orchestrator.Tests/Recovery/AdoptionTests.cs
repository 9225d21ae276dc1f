using Orchestrator.Drivers;
using Orchestrator.Operations;
using Orchestrator.Runs;
using Orchestrator.State;

namespace Orchestrator.Tests.Recovery;

public sealed class AdoptionTests
{
    // The pauses of a second between the attempts that a machine has which was just let go of.
    private const int UntilWarned = 4;

    [Fact]
    public async Task An_adopted_guest_ejects_and_shuts_down_as_if_nothing_had_happened()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        var guest = host.Driver.Host.GuestOf(run);
        var running = host.AdoptAsync(run, stop);
        await host.Observed<RunEvent.Adopted>();
        Assert.Equal(Environment.ProcessId, JournalReading.Read(host.State.PathOf(run)).Journal?.Owner.Pid);

        guest.OpenTray();
        await host.Observed<RunEvent.ConfigurationRemoved>();
        guest.CloseTray();
        Assert.Null(guest.ReadMedium());
        Assert.False(File.Exists(Path.Combine(host.State.PathOf(run), RunFiles.ConfigMedia)));
        guest.ShutDown();
        var result = await running;

        Assert.True(result.Succeeded);
        Assert.Empty(host.Left);
        Assert.Empty(host.Driver.Host.Machines);
        Assert.Equal(RunOutcome.GuestShutdown, Assert.Single(host.History.Read()).Outcome);
    }

    [Fact]
    public async Task A_tray_that_was_opened_while_nobody_watched_costs_the_guest_its_medium_at_once()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        host.Driver.Host.GuestOf(run).OpenTray();

        var running = host.AdoptAsync(run, stop);
        await host.Observed<RunEvent.ConfigurationRemoved>();
        host.Driver.Host.GuestOf(run).ShutDown();

        Assert.True((await running).Succeeded);
    }

    [Fact]
    public async Task A_removal_that_was_cut_short_is_done_again_though_the_guest_closed_the_tray()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var run = await host.AbandonAsync(RunOwnerKind.Service, change: journal => journal with { Medium = MediumState.Removing });

        var running = host.AdoptAsync(run, stop);
        await host.Observed<RunEvent.ConfigurationRemoved>();
        host.Driver.Host.GuestOf(run).CloseTray();
        Assert.Null(host.Driver.Host.GuestOf(run).ReadMedium());
        host.Driver.Host.GuestOf(run).ShutDown();
        await running;
    }

    [Fact]
    public async Task A_medium_that_is_known_to_be_gone_is_no_reason_for_a_warning()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var run = await host.AbandonAsync(
            RunOwnerKind.Service, RunPhase.ConfigurationRemoved, journal => journal with { Medium = MediumState.Removed });

        var running = host.AdoptAsync(run, stop);
        host.Driver.Host.GuestOf(run).ShutDown();
        await running;

        Assert.Empty(host.Events.OfType<RunEvent.Warning>());
        Assert.Empty(host.Events.OfType<RunEvent.ConfigurationRemoved>());
    }

    [Fact]
    public async Task The_deadline_stays_what_it_was()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        host.Time.Advance(TimeSpan.FromMinutes(4));

        var running = host.AdoptAsync(run, stop);
        await host.Observed<RunEvent.Adopted>();
        host.Time.Advance(TimeSpan.FromMinutes(6) - TimeSpan.FromSeconds(1));
        Assert.Empty(host.Events.OfType<RunEvent.ShutdownRequested>());
        host.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(StopCause.TimeLimit, (await running).Cause);
        Assert.Equal(RunOutcome.TimeLimit, Assert.Single(host.History.Read()).Outcome);
    }

    [Fact]
    public async Task A_deadline_that_passed_meanwhile_is_enforced_at_once()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        host.Time.Advance(TimeSpan.FromHours(1));

        var running = host.AdoptAsync(run, stop);
        await host.Observed<RunEvent.Adopted>();
        host.Time.Advance(TimeSpan.FromTicks(1)); // a timer of no length is due with the clock's next step

        Assert.Equal(StopCause.TimeLimit, (await running).Cause);
    }

    [Fact]
    public async Task A_grace_that_had_begun_goes_on_and_is_not_given_again()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        host.Driver.Script = guest => guest.Over;
        var run = await host.AbandonAsync(
            RunOwnerKind.Service,
            change: journal => journal with { StopCause = StopCause.Requested, StopAsked = journal.Created });
        host.Time.Advance(TimeSpan.FromSeconds(50));

        var running = host.AdoptAsync(run, stop);
        await host.Observed<RunEvent.ShutdownRequested>();
        host.Time.Advance(TimeSpan.FromSeconds(10));
        var result = await running;

        Assert.Equal(VmExitReason.Killed, result.Exit?.Reason);
        Assert.Equal(StopCause.Requested, result.Cause);
        Assert.Equal(TimeSpan.FromSeconds(10), Assert.Single(host.Events.OfType<RunEvent.ShutdownRequested>()).Grace);
    }

    [Fact]
    public async Task A_machine_that_ended_while_nobody_watched_is_cleaned_up()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var ended = await host.AbandonAsync(RunOwnerKind.Service);
        host.Driver.Host.GuestOf(ended).ShutDown();
        var vanished = await host.AbandonAsync(RunOwnerKind.Service);
        await host.Driver.DestroyAsync(vanished, CancellationToken.None);

        Assert.Equal(VmExitReason.GuestShutdown, (await host.AdoptAsync(ended, stop)).Exit?.Reason);
        Assert.Equal(VmExitReason.Unknown, (await host.AdoptAsync(vanished, stop)).Exit?.Reason);

        Assert.Empty(host.Left);
        Assert.Empty(host.Driver.Host.Machines);
    }

    [Fact]
    public async Task A_run_that_is_left_can_be_adopted_again_and_again()
    {
        using var host = new RecoveryFixture();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        for (var process = 0; process < 3; process++)
        {
            using var stop = new StopRequests();
            var watching = host.AdoptAsync(run, stop);
            await host.Observed<RunEvent.Adopted>();
            stop.Leave();
            Assert.True((await watching).Left);
            Assert.False(RunDirectory.IsHeld(host.State.PathOf(run)));
            Assert.Equal([run], host.Driver.Host.Machines);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(host.State.History)); // a run that goes on is no past run
        using var last = new StopRequests();
        var running = host.AdoptAsync(run, last);
        host.Driver.Host.GuestOf(run).Panic();
        Assert.Equal(VmExitReason.GuestPanic, (await running).Exit?.Reason);
        Assert.Equal(4, (await File.ReadAllTextAsync(EventsPath(host, run), TestContext.Current.CancellationToken)).Split("\"adopted\"").Length - 1);
    }

    [Fact]
    public async Task A_command_that_cannot_reach_the_driver_leaves_the_run_to_the_service_it_was_of()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        var owner = JournalReading.Read(host.State.PathOf(run)).Journal?.Owner;
        host.Driver.WhileAttaching = _ => throw new HostException(HostProblem.ServiceUnavailable, "libvirtd is down");

        await Assert.ThrowsAsync<HostException>(() => host.AdoptAsync(run, stop, RunOwnerKind.Foreground));

        Assert.Equal([run], host.Driver.Host.Machines);
        Assert.False(RunDirectory.IsHeld(host.State.PathOf(run)));
        Assert.Equal(owner, JournalReading.Read(host.State.PathOf(run)).Journal?.Owner);
    }

    [Fact]
    public async Task A_service_that_cannot_reach_the_driver_tries_again_until_it_can()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        var visits = 0;
        host.Driver.WhileAttaching = _ =>
            ++visits < 20 ? throw new HostException(HostProblem.ServiceUnavailable, "libvirtd is down") : Task.CompletedTask;

        var running = host.AdoptAsync(run, stop);
        await PassUntilAsync(host, () => host.Events.OfType<RunEvent.Adopted>().Any());
        host.Driver.Host.GuestOf(run).ShutDown();

        Assert.True((await running).Succeeded);
        Assert.Single(host.Events.OfType<RunEvent.Warning>(), warning => warning.Message.Contains("libvirtd is down", StringComparison.Ordinal));
        Assert.Empty(host.Left);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_service_that_waits_for_the_driver_can_be_ended_and_the_run_stays_as_it_was(bool leaves)
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        host.Driver.WhileAttaching = _ => throw new HostException(HostProblem.ServiceUnavailable, "libvirtd is down");
        var running = host.AdoptAsync(run, stop);
        await host.Observed<RunEvent.Warning>();

        if (leaves)
        {
            stop.Leave();
            Assert.True((await running).Left);
        }
        else
        {
            stop.Request();
            await Assert.ThrowsAsync<HostException>(() => running);
        }

        Assert.Equal([run], host.Driver.Host.Machines);
        Assert.False(RunDirectory.IsHeld(host.State.PathOf(run)));
        Assert.Equal(RunOwnerKind.Service, JournalReading.Read(host.State.PathOf(run)).Journal?.Owner.Kind);
    }

    [Fact]
    public async Task A_machine_that_a_command_cannot_command_is_removed_after_some_attempts()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        var attempts = 0;
        host.Driver.WhileAttaching = _ =>
        {
            attempts++;
            throw new HypervisorException("it does not answer");
        };

        var adopting = host.AdoptAsync(run, stop, RunOwnerKind.Foreground);
        await PassUntilAsync(host, () => adopting.IsCompleted);

        await Assert.ThrowsAsync<HypervisorException>(() => adopting);
        Assert.Equal(5, attempts);
        Assert.Empty(host.Left);
        Assert.Empty(host.Driver.Host.Machines);
        Assert.Equal((RunOutcome.Failed, "it does not answer"), host.History.Read().Select(past => (past.Outcome, past.Detail)).Single());
    }

    [Fact]
    public async Task A_machine_that_answers_late_goes_on_under_its_next_service()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        var visits = 0;
        host.Driver.WhileAttaching = _ => ++visits < 30 ? throw new HypervisorException("it does not answer") : Task.CompletedTask;

        var running = host.AdoptAsync(run, stop);
        await host.Time.PassAsync(UntilWarned);
        await host.Observed<RunEvent.Warning>();
        Assert.Equal("unreachable", await StandingAsync(host));
        Assert.Equal(Environment.ProcessId, JournalReading.Read(host.State.PathOf(run)).Journal?.Owner.Pid);
        await host.Time.PassAsync(29 - UntilWarned);
        await host.Observed<RunEvent.Adopted>();
        Assert.Equal("running", await StandingAsync(host));
        host.Driver.Host.GuestOf(run).OpenTray();
        await host.Observed<RunEvent.ConfigurationRemoved>();
        host.Driver.Host.GuestOf(run).ShutDown();

        Assert.True((await running).Succeeded);
        var warning = Assert.Single(host.Events.OfType<RunEvent.Warning>());
        Assert.Contains("it goes on, and is tried again until it does or its time is up: it does not answer", warning.Message, StringComparison.Ordinal);
        Assert.Empty(host.Left);
    }

    [Fact]
    public async Task A_machine_that_never_answers_its_service_is_ended_when_its_time_is_up_and_not_before()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        var begun = host.Time.GetUtcNow();
        host.Driver.WhileAttaching = _ => throw new HypervisorException("it does not answer");

        var running = host.AdoptAsync(run, stop);
        await host.Time.PassAsync(UntilWarned + 119 + 1); // the last one is shorter
        var result = await running;

        Assert.Equal(TimeSpan.FromMinutes(10), host.Time.GetUtcNow() - begun);
        Assert.Equal((StopCause.TimeLimit, VmExitReason.Killed), (result.Cause, result.Exit?.Reason));
        Assert.IsType<RunEvent.Ended>(host.Events[^1]);
        Assert.Equal(RunOutcome.TimeLimit, Assert.Single(host.History.Read()).Outcome);
        Assert.Empty(host.Left);
        Assert.Empty(host.Driver.Host.Machines);
    }

    [Fact]
    public async Task A_machine_that_does_not_answer_and_was_asked_to_power_down_by_its_former_service_has_no_more_than_its_grace()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var begun = host.Time.GetUtcNow();
        var run = await host.AbandonAsync(
            RunOwnerKind.Service, change: journal => journal with { StopCause = StopCause.Requested, StopAsked = journal.Created });
        host.Driver.WhileAttaching = _ => throw new HypervisorException("it does not answer");

        var running = host.AdoptAsync(run, stop);
        await host.Time.PassAsync(UntilWarned + 11 + 1);

        Assert.Equal(StopCause.Requested, (await running).Cause);
        Assert.Equal(TimeSpan.FromSeconds(60), host.Time.GetUtcNow() - begun);
        Assert.Empty(host.Driver.Host.Machines);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_machine_that_does_not_answer_is_ended_when_its_service_is_asked_to(bool atOnce)
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var (_, running) = await AwaitAnswerAsync(host, stop);
        if (atOnce)
        {
            // A visit that is under way is not waited for.
            var visited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            host.Driver.WhileAttaching = token =>
            {
                visited.TrySetResult();
                return Task.Delay(Timeout.InfiniteTimeSpan, token);
            };
            await host.Time.PassAsync(1);
            await visited.Task;
            stop.Request();
        }

        stop.Request();

        var result = await running;
        Assert.Equal((StopCause.Requested, VmExitReason.Killed), (result.Cause, result.Exit?.Reason));
        Assert.Equal(RunOutcome.Stopped, Assert.Single(host.History.Read()).Outcome);
        Assert.Empty(host.Left);
        Assert.Empty(host.Driver.Host.Machines);
    }

    [Fact]
    public async Task A_machine_that_does_not_answer_can_be_left_to_the_next_service()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var (run, running) = await AwaitAnswerAsync(host, stop);

        stop.Leave();

        Assert.True((await running).Left);
        Assert.Equal([run], host.Driver.Host.Machines);
        Assert.Equal("unwatched", await StandingAsync(host));
    }

    /// <summary>A machine that its service has begun to wait for, since it does not answer.</summary>
    private static async Task<(VmId Run, Task<RunResult> Adoption)> AwaitAnswerAsync(RecoveryFixture host, StopRequests stop)
    {
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        host.Driver.WhileAttaching = _ => throw new HypervisorException("it does not answer");
        var running = host.AdoptAsync(run, stop);
        await host.Time.PassAsync(UntilWarned);
        await host.Observed<RunEvent.Warning>();
        return (run, running);
    }

    private static async Task<string> StandingAsync(RecoveryFixture host) =>
        RunStanding.Of(Assert.Single((await host.TakeInventoryAsync()).Runs), host.Time.GetUtcNow());

    private static async Task PassUntilAsync(RecoveryFixture host, Func<bool> happened)
    {
        while (!happened())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }

    private static string EventsPath(RecoveryFixture host, VmId run) => Path.Combine(host.History.PathOf(run), RunFiles.Events);
}

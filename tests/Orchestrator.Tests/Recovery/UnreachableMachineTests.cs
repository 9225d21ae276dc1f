using Orchestrator.Drivers;
using Orchestrator.Operations;
using Orchestrator.Reporting;
using Orchestrator.Signals;
using Orchestrator.State;

namespace Orchestrator.Tests.Recovery;

/// <summary>Adopting a machine whose driver is away, or that does not answer.</summary>
public sealed class UnreachableMachineTests
{
    // The pauses of a second between the attempts that a machine has which was just let go of.
    private const int UntilWarned = 4;

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

        Assert.Equal(RunOutcome.GuestShutdown, (await running).Outcome);
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
            Assert.Equal(RunOutcome.Left, (await running).Outcome);
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
        Assert.Equal((RunOutcome.Failed, "it does not answer"), host.History.Read().Summaries.Select(past => (past.Outcome, past.Detail)).Single());
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
        Assert.Equal("unreachable", await StatusAsync(host));
        Assert.Equal(Environment.ProcessId, JournalReading.Read(host.State.PathOf(run)).Journal?.Owner.Pid);
        await host.Time.PassAsync(29 - UntilWarned);
        await host.Observed<RunEvent.Adopted>();
        Assert.Equal("running", await StatusAsync(host));
        host.Driver.Host.GuestOf(run).OpenTray();
        await host.Observed<RunEvent.ConfigurationRemoved>();
        host.Driver.Host.GuestOf(run).ShutDown();

        Assert.Equal(RunOutcome.GuestShutdown, (await running).Outcome);
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
        Assert.Equal((RunOutcome.TimeLimit, true), (result.Outcome, result.ByForce));
        Assert.IsType<RunEvent.Ended>(host.Events[^1]);
        Assert.Equal(RunOutcome.TimeLimit, Assert.Single(host.History.Read().Summaries).Outcome);
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
            RunOwnerKind.Service, change: journal => journal with { StopCause = StopCause.Stopped, StopAsked = journal.Created });
        host.Driver.WhileAttaching = _ => throw new HypervisorException("it does not answer");

        var running = host.AdoptAsync(run, stop);
        await host.Time.PassAsync(UntilWarned + 11 + 1);

        Assert.Equal(RunOutcome.Stopped, (await running).Outcome);
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
        Assert.Equal((RunOutcome.Stopped, true), (result.Outcome, result.ByForce));
        Assert.Equal(RunOutcome.Stopped, Assert.Single(host.History.Read().Summaries).Outcome);
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

        Assert.Equal(RunOutcome.Left, (await running).Outcome);
        Assert.Equal([run], host.Driver.Host.Machines);
        Assert.Equal("unwatched", await StatusAsync(host));
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

    private static async Task<string> StatusAsync(RecoveryFixture host) =>
        RunStatus.Of(Assert.Single((await host.TakeInventoryAsync()).Runs), host.Time);

    private static async Task PassUntilAsync(RecoveryFixture host, Func<bool> happened)
    {
        while (!happened())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }
}

using Orchestrator.Drivers;
using Orchestrator.Operations;
using Orchestrator.Recovery;
using Orchestrator.Reporting;
using Orchestrator.State;
using Orchestrator.Tests.Leases;
using Orchestrator.Tests.Recovery;

namespace Orchestrator.Tests.Operations;

/// <summary>Ending a run of somebody else, or of nobody.</summary>
public sealed class RunStopperTests : IDisposable
{
    private readonly RecoveryFixture _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_guest_that_nobody_answers_for_is_asked_to_power_down()
    {
        _host.Driver.Script = async guest =>
        {
            await guest.PowerButton;
            guest.ShutDown();
        };
        await _host.AbandonAsync(RunOwnerKind.Foreground);

        await StopAsync(now: false).Soon();

        Assert.Contains(_host.Events, happened => happened is RunEvent.ShutdownRequested);
        Assert.DoesNotContain(_host.Events, happened => happened is RunEvent.Killing);
        Assert.Empty(_host.Left);
        Assert.Empty(_host.Driver.Host.Machines);
    }

    [Theory]
    [InlineData(RunOwnerKind.Foreground)]
    [InlineData(RunOwnerKind.Service)]
    internal async Task A_guest_that_nobody_answers_for_and_that_may_have_a_job_goes_on_as_whose_it_was(RunOwnerKind kind)
    {
        var run = await _host.AbandonAsync(kind);
        var owner = (await EntryAsync()).Journal!.Owner;
        _host.Leases.Store.Note(run, "fake", FakeLessor.Desk("a"));
        _host.Lessor.Hold("a"); // where somebody sits

        var failure = await Assert.ThrowsAsync<HostException>(() => StopAsync(now: false)).Soon();

        Assert.Contains("it goes on: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("--now", failure.Message, StringComparison.Ordinal);
        Assert.Equal([run], _host.Driver.Host.Machines);
        var entry = await EntryAsync();
        Assert.Equal((false, owner), (entry.Held, entry.Journal!.Owner));
    }

    [Fact]
    public async Task A_guest_that_nobody_answers_for_is_ended_at_once_where_that_is_asked()
    {
        _host.Driver.Script = guest => guest.Over; // takes no notice of its power button
        await _host.AbandonAsync(RunOwnerKind.Service);

        await StopAsync(now: true).Soon();

        Assert.Contains(_host.Events, happened => happened is RunEvent.Killing);
        Assert.Empty(_host.Left);
        Assert.Empty(_host.Driver.Host.Machines);
    }

    [Theory]
    [InlineData(RunPhase.Preparing)]
    [InlineData(RunPhase.Configuring)]
    internal async Task What_never_became_a_guest_is_left_to_gc(RunPhase phase)
    {
        await _host.AbandonAsync(RunOwnerKind.Foreground, phase);
        var before = _host.Left;

        Assert.Contains("orchestrator gc", (await Assert.ThrowsAsync<HostException>(() => StopAsync(now: false))).Message, StringComparison.Ordinal);

        Assert.Equal(before, _host.Left);
        Assert.False(RunDirectory.IsHeld(Path.Combine(_host.State.Runs, _host.Left[0].Split('/')[0])));
    }

    [Fact]
    public async Task A_run_whose_machine_nobody_can_ask_about_is_not_ended_blindly()
    {
        var run = await _host.AbandonAsync(RunOwnerKind.Foreground);
        var entry = await EntryAsync() with { Uncertain = "driver fake cannot be asked about its machine" };

        var failure = await Assert.ThrowsAsync<HostException>(() => StopAsync(entry, now: true));

        Assert.Equal(HostProblem.ServiceUnavailable, failure.Problem);
        Assert.Equal([run], _host.Driver.Host.Machines);
    }

    [Fact]
    public async Task A_machine_whose_directory_is_missing_is_left_to_gc()
    {
        var run = await _host.AbandonAsync(RunOwnerKind.Foreground);
        Directory.Delete(_host.State.PathOf(run), recursive: true);

        Assert.Contains("orchestrator gc", (await Assert.ThrowsAsync<HostException>(() => StopAsync(now: true))).Message, StringComparison.Ordinal);

        Assert.Equal([run], _host.Driver.Host.Machines);
    }

    [Fact]
    public async Task A_run_that_is_being_made_has_nobody_to_be_asked_yet()
    {
        var run = await _host.AbandonAsync(RunOwnerKind.Foreground);
        File.Delete(Path.Combine(_host.State.PathOf(run), RunFiles.Journal));
        using var held = RunDirectory.TryTake(_host.State.PathOf(run));

        Assert.Contains("try again", (await Assert.ThrowsAsync<HostException>(() => StopAsync(now: false))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_services_run_is_the_services_to_end(bool now)
    {
        var run = await _host.AbandonAsync(RunOwnerKind.Service);
        using var held = RunDirectory.TryTake(_host.State.PathOf(run));
        ControlRequest? asked = null;
        await using var service = ControlServer.Start(
            _host.State.ControlSocket,
            (request, _) =>
            {
                asked = request;
                return Task.FromResult(new ControlResponse());
            },
            _host.Time);

        await StopAsync(now).Soon();

        Assert.Equal(new ControlRequest(ControlRequest.Stop, run.Value, now), asked);
        Assert.Equal([run], _host.Driver.Host.Machines);
    }

    [Fact]
    public async Task An_owner_that_cannot_be_seen_from_here_is_not_guessed_at()
    {
        var run = await _host.AbandonAsync(RunOwnerKind.Foreground); // its pid is nobody's, as another container's would be
        using var held = RunDirectory.TryTake(_host.State.PathOf(run));

        var failure = await Assert.ThrowsAsync<HostException>(() => StopAsync(now: true));

        Assert.Contains("process 2147483647", failure.Message, StringComparison.Ordinal);
        Assert.Contains("another container?", failure.Message, StringComparison.Ordinal);
    }

    private async Task<RunEntry> EntryAsync() => Assert.Single((await _host.TakeInventoryAsync()).Runs);

    private async Task StopAsync(bool now) => await StopAsync(await EntryAsync(), now);

    private Task StopAsync(RunEntry run, bool now) => new RunStopper(_host.State, _host.History, _host.Leases, _host.Drivers, _host.Time)
        .StopAsync(run, now, _host, TestContext.Current.CancellationToken);
}

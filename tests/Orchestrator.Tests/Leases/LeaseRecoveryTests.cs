using Orchestrator.Drivers;
using Orchestrator.Reporting;
using Orchestrator.Signals;
using Orchestrator.State;
using Orchestrator.Tests.Recovery;

namespace Orchestrator.Tests.Leases;

/// <summary>What dead runs hold elsewhere goes with them, and what living ones hold stays.</summary>
public sealed class LeaseRecoveryTests : IDisposable
{
    private readonly RecoveryFixture _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_sweep_gives_back_what_the_runs_held_that_it_removed()
    {
        var dead = await AbandonAsync(RunOwnerKind.Foreground);
        var adoptable = await AbandonAsync(RunOwnerKind.Service);
        await _host.SweepAsync();

        Assert.Equal([(dead, FakeLessor.Desk(dead.Value))], _host.Releases);
        Assert.Equal([adoptable.Value], _host.Lessor.Held);
    }

    [Fact]
    public async Task A_dry_sweep_only_says_so()
    {
        var dead = await AbandonAsync(RunOwnerKind.Foreground);
        await _host.SweepAsync(dryRun: true);

        Assert.Equal([(dead, FakeLessor.Desk(dead.Value))], _host.Releases);
        Assert.Equal([dead.Value], _host.Lessor.Held);
    }

    [Fact]
    public async Task A_run_that_is_held_keeps_what_it_has()
    {
        var run = await AbandonAsync(RunOwnerKind.Foreground);
        using var owner = RunDirectory.TryTake(_host.State.PathOf(run));
        await _host.SweepAsync();

        Assert.Equal([run.Value], _host.Lessor.Held);
        Assert.Empty(_host.Lessor.Asked);
    }

    [Fact]
    public async Task What_a_run_left_on_file_is_given_back_when_its_directory_is_gone()
    {
        var run = await AbandonAsync(RunOwnerKind.Foreground);
        _host.Lessor.Failure = "the office is closed";
        await _host.SweepAsync();
        Assert.Equal([$"run {run}: desk '{run}' of the office: the office is closed"], _host.Failures);
        Assert.False(Directory.Exists(_host.State.PathOf(run)));

        _host.Lessor.Failure = null;
        await _host.SweepAsync();
        Assert.Empty(_host.Lessor.Held);
        Assert.Empty(_host.Leases.Store.Runs());
    }

    [Fact]
    public async Task A_machine_whose_directory_was_removed_by_hand_is_ended_before_anything_of_it_is_given_back()
    {
        var run = await AbandonAsync(RunOwnerKind.Service);
        Directory.Delete(_host.State.PathOf(run), recursive: true);
        await _host.SweepAsync();

        Assert.Equal([run], _host.Removals.Select(removal => removal.Run));
        Assert.Equal([run], _host.Releases.Select(release => release.Run));
    }

    [Fact]
    public async Task Where_the_driver_cannot_be_asked_whether_the_machine_lives_nothing_is_given_back()
    {
        var run = await AbandonAsync(RunOwnerKind.Service, driver: "broken");
        Directory.Delete(_host.State.PathOf(run), recursive: true);
        await _host.Driver.DestroyAsync(run, CancellationToken.None);
        await _host.SweepAsync();

        Assert.Equal([(run, "driver broken cannot be asked whether its machine still runs")], _host.Leavings);
        Assert.Equal([run.Value], _host.Lessor.Held);
    }

    [Fact]
    public async Task An_adopted_run_gives_back_at_its_end_what_it_holds_and_not_before()
    {
        var run = await AbandonAsync(RunOwnerKind.Service);
        using var stop = new StopRequests();
        var adopting = _host.AdoptAsync(run, stop);
        await _host.Observed<RunEvent.Adopted>();
        Assert.Equal([run.Value], _host.Lessor.Held);

        stop.RequestAtOnce();
        await adopting;
        Assert.Empty(_host.Lessor.Held);
        Assert.Empty(_host.Leases.Store.Runs());
    }

    [Fact]
    public async Task An_adoption_that_leaves_its_machine_keeps_what_it_holds()
    {
        var run = await AbandonAsync(RunOwnerKind.Service);
        using var stop = new StopRequests();
        var adopting = _host.AdoptAsync(run, stop);
        await _host.Observed<RunEvent.Adopted>();
        stop.Leave();
        await adopting;

        Assert.Equal([run.Value], _host.Lessor.Held);
    }

    private async Task<VmId> AbandonAsync(RunOwnerKind kind, string driver = "fake")
    {
        var run = await _host.AbandonAsync(kind);
        _host.Leases.Store.Note(run, driver, FakeLessor.Desk(run.Value));
        _host.Leases.Store.Confirm(run, FakeLessor.Desk(run.Value));
        _host.Lessor.Hold(run.Value);
        return run;
    }
}

using Orchestrator.Drivers;
using Orchestrator.Operations;
using Orchestrator.Recovery;
using Orchestrator.State;
using Orchestrator.Tests.Recovery;

namespace Orchestrator.Tests.Operations;

/// <summary>Whether a run goes on, whoever died.</summary>
public sealed class RunLivenessTests : IDisposable
{
    private readonly RecoveryFixture _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_machine_whose_owner_died_goes_on()
    {
        var run = await FindAsync(await _host.AbandonAsync(RunOwnerKind.Service));

        Assert.False(RunLiveness.IsDead(run));
        Assert.False(await HasStoppedAsync(run));
    }

    [Fact]
    public async Task Without_owner_and_machine_it_has_stopped()
    {
        var run = await FindAsync(await _host.AbandonAsync(RunOwnerKind.Service));
        await _host.Driver.DestroyAsync(run.Id, TestContext.Current.CancellationToken);

        Assert.True(await HasStoppedAsync(run));
        Assert.True(RunLiveness.IsDead(await FindAsync(run.Id)));
    }

    [Fact]
    public async Task As_long_as_somebody_answers_for_it_it_goes_on_with_and_without_a_machine()
    {
        var run = await FindAsync(await _host.AbandonAsync(RunOwnerKind.Service));
        await _host.Driver.DestroyAsync(run.Id, TestContext.Current.CancellationToken);
        using var held = RunDirectory.TryTake(run.Directory);

        Assert.False(await HasStoppedAsync(run));
    }

    [Fact]
    public async Task One_that_is_gone_has_stopped()
    {
        var run = await FindAsync(await _host.AbandonAsync(RunOwnerKind.Foreground));
        await _host.SweepAsync();

        Assert.True(await HasStoppedAsync(run));
    }

    private async Task<RunEntry> FindAsync(VmId id) => Assert.Single((await _host.TakeInventoryAsync()).Runs, run => run.Id == id);

    private Task<bool> HasStoppedAsync(RunEntry run) =>
        new RunLiveness(new RunInventory(_host.State, _host.Drivers, "fake", _host.Time)).HasStoppedAsync(run, TestContext.Current.CancellationToken);
}

using Orchestrator.Conformance.Harness;
using Orchestrator.Drivers;

namespace Orchestrator.Conformance;

/// <summary>
/// The sentences that hold for every driver: the contract in src/Drivers/Abstractions, tried out. A driver has to have a subclass; what
/// differs between drivers is in its <see cref="DriverHarness"/>. Tests run one after another, so that a busy machine has one guest to
/// emulate and not twenty.
/// </summary>
/// <typeparam name="TDriver">The driver.</typeparam>
/// <param name="harness">What is shared by all tests of the driver.</param>
public abstract partial class DriverConformance<TDriver>(DriverHarness harness) : IAsyncDisposable
    where TDriver : IHypervisorDriver
{
    // How long nothing has to happen before it counts as not happening.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);

    private readonly IHypervisorDriver _driver = harness.CreateDriver();
    private readonly List<VmSpec> _described = [];
    private readonly List<WatchedMachine> _watched = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_harness_makes_the_driver_it_is_for() => Assert.IsType<TDriver>(_driver);

    /// <summary>Ends and removes what a test left behind, also one that failed.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var watched in _watched)
        {
            await watched.DisposeAsync();
        }

        foreach (var spec in _described)
        {
            await _driver.DestroyAsync(spec.Id, CancellationToken.None);
            Directory.Delete(spec.RunDirectory, recursive: true);
        }

        GC.SuppressFinalize(this);
    }

    private VmSpec Describe(Func<MachineDescription, MachineDescription>? change = null)
    {
        var spec = harness.Describe();
        spec = spec with { Machine = change?.Invoke(spec.Machine) ?? spec.Machine };
        _described.Add(spec);
        return spec;
    }

    private async Task<WatchedMachine> PrepareAsync(bool removesMedium = true, VmSpec? spec = null)
    {
        spec ??= Describe();
        return await WatchAsync(spec, await _driver.PrepareAsync(spec, Token), removesMedium);
    }

    private async Task<WatchedMachine> StartAsync(TinyPlan plan, bool removesMedium = true, VmSpec? spec = null)
    {
        var watched = await PrepareAsync(removesMedium, spec);
        await watched.StartAsync(harness, plan, Token);
        return watched;
    }

    private async Task<WatchedMachine> AttachAsync(IHypervisorDriver driver, VmSpec spec, bool removesMedium = false)
    {
        var machine = await driver.AttachAsync(spec.Id, Token);
        Assert.NotNull(machine);
        return await WatchAsync(spec, machine, removesMedium);
    }

    private async Task<WatchedMachine> WatchAsync(VmSpec spec, IVirtualMachine machine, bool removesMedium)
    {
        var watched = await WatchedMachine.WatchAsync(spec, machine, removesMedium, Token);
        _watched.Add(watched);
        return watched;
    }

    private async Task<VmRecord?> FindAsync(VmSpec spec, OwnerId? owner = null) =>
        (await harness.CreateDriver().ListAsync(owner ?? spec.Owner, Token)).SingleOrDefault(record => record.Id == spec.Id);

    private async Task AssertNothingLeftAsync(VmSpec spec) => Assert.Empty(await harness.LeftoversAsync(spec));
}

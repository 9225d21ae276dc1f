namespace Orchestrator.Drivers.Fake;

/// <summary>One process's hold on a <see cref="FakeDomain"/>.</summary>
internal sealed class FakeMachine(FakeDriver driver, FakeDomain domain, bool found = false) : IVirtualMachine
{
    private bool _detached;
    private int _started = found ? 1 : 0;

    public VmId Id => domain.Spec.Id;

    public SshEndpoint? Ssh => domain.Spec.Machine.Network == NetworkMode.None ? null : SshEndpoint.OnLoopback(domain.Spec.SshPort ?? FakeDriver.ChosenPort);

    public IAsyncEnumerable<VmEvent> Events { get; } = domain.Events.Reader.ReadAllAsync();

    public Task<VmExit> Completion => domain.Exit.Task;

    public async Task StartAsync(ReadOnlyMemory<byte> medium, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Interlocked.Exchange(ref _started, 1) != 0)
        {
            throw new InvalidOperationException("The machine was started already, or made by another process.");
        }

        await driver.WhileStarting(cancellationToken);
        if (!domain.Start(medium))
        {
            throw new HypervisorException($"machine {Id} cannot be started: it is over");
        }
    }

    public async Task RemoveConfigMediaAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await driver.WhileRemoving(cancellationToken);
        domain.RemoveMedium();
    }

    public async Task RequestPowerDownAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await driver.WhilePoweringDown(cancellationToken);
        domain.PowerButton.TrySetResult();
        domain.Presses.Release();
    }

    public Task ResumeAsync(CancellationToken cancellationToken)
    {
        domain.Resume();
        return Task.CompletedTask;
    }

    public async Task KillAsync(CancellationToken cancellationToken)
    {
        await driver.WhileKilling(cancellationToken);
        domain.End(new VmExit(VmExitReason.Killed, "killed"));
    }

    public Task<Stream> OpenConsoleAsync(CancellationToken cancellationToken) =>
        Task.FromResult(domain.OpenConsole());

    public ValueTask DetachAsync()
    {
        _detached = true;
        domain.Detach();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_detached)
        {
            await driver.DestroyAsync(Id, CancellationToken.None);
        }
    }
}

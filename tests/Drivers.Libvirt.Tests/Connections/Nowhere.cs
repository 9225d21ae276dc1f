using Orchestrator.Drivers.Libvirt.Connections;

namespace Orchestrator.Drivers.Libvirt.Tests.Connections;

/// <summary>A daemon at a socket where none listens.</summary>
internal sealed class Nowhere : IAsyncDisposable
{
    private readonly Daemon _daemon = new("qemu+unix:///system?socket=/nowhere/libvirt-sock", TimeProvider.System);

    public Task ConnectAsync() => _daemon.ConnectAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _daemon.DisposeAsync();
}

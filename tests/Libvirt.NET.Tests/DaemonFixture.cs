using Libvirt.Daemon;

namespace Libvirt.Tests;

/// <summary>One private libvirtd for the tests that need the QEMU driver.</summary>
public sealed class DaemonFixture : IAsyncLifetime
{
    private PrivateLibvirtd? _daemon;

    /// <summary>The daemon; skips the calling test where there can be none.</summary>
    public PrivateLibvirtd Daemon
    {
        get
        {
            RequireDaemon();
            return _daemon!;
        }
    }

    /// <summary>Skips the calling test where there can be no daemon.</summary>
    public static void RequireDaemon()
    {
        TestDriver.RequireLibvirt();
        var obstacle = PrivateLibvirtd.FindObstacle();
        Assert.SkipWhen(obstacle is not null, obstacle ?? "");
    }

    public async ValueTask InitializeAsync()
    {
        if (PrivateLibvirtd.FindObstacle() is null)
        {
            _daemon = await PrivateLibvirtd.StartAsync(TestContext.Current.CancellationToken);
        }
    }

    public ValueTask DisposeAsync() => _daemon?.DisposeAsync() ?? ValueTask.CompletedTask;
}

using System.Net;
using System.Net.Sockets;
using Orchestrator.Conformance.Harness;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Fake;

namespace Orchestrator.Conformance.Fake;

/// <summary>The fake driver, on a host that refuses what a real one refuses, with a guest that is a script.</summary>
public sealed class FakeHarness : DriverHarness
{
    private readonly FakeHost _host = new();

    public FakeHarness() => File.WriteAllText(BaseImage, "an image");

    /// <inheritdoc/>
    public override SemaphoreSlim Boots { get; } = new(int.MaxValue);

    /// <inheritdoc/>
    public override string BaseImage => Path.Combine(Root, "base.qcow2");

    /// <inheritdoc/>
    public override long BaseImageBytes => 64L << 20;

    /// <inheritdoc/>
    public override bool ServesSsh => false;

    /// <inheritdoc/>
    public override IHypervisorDriver CreateDriver() =>
        new FakeDriver(_host) { Script = ScriptedTinyGuest.LiveAsync, WhilePreparing = ExamineAsync };

    /// <inheritdoc/>
    public override void CrashHypervisor(VmSpec spec) => _host.GuestOf(spec.Id).CrashHypervisor();

    private async Task ExamineAsync(VmSpec spec, CancellationToken cancellationToken)
    {
        if (!File.Exists(spec.Machine.BaseImagePath))
        {
            throw new HostException(HostProblem.UnusableImage, $"image {spec.Machine.BaseImagePath} does not exist");
        }

        if (spec.Machine.RootDiskBytes < BaseImageBytes)
        {
            throw new ConfigurationException("root-disk is smaller than the image");
        }

        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, spec.SshPort!.Value);
            listener.Start();
        }
        catch (SocketException exception)
        {
            throw new HostException(HostProblem.PortBusy, $"ssh-port {spec.SshPort} is taken", exception);
        }

        // As long as a real machine takes to make, so that there is something to cancel.
        await Task.Delay(TimeSpan.FromMilliseconds(30), cancellationToken);
    }
}

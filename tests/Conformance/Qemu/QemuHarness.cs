using System.Diagnostics;
using Orchestrator.Conformance.Harness;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Qemu;

namespace Orchestrator.Conformance.Qemu;

/// <summary>Real QEMUs with the real tiny guest.</summary>
public sealed class QemuHarness : DriverHarness
{
    private const int SegmentationFault = 11;

    /// <inheritdoc/>
    public override string BaseImage { get; } = TinyImage.Find();

    /// <inheritdoc/>
    public override string SharingImage => TinyImage.FindSharing();

    /// <inheritdoc/>
    public override long BaseImageBytes => TinyImage.VirtualBytes;

    /// <inheritdoc/>
    public override bool ServesSsh => true;

    /// <inheritdoc/>
    public override IHypervisorDriver CreateDriver() => new QemuDriver(
        new DriverContext { RunsDirectory = Runs, CacheDirectory = Path.Combine(Root, "cache"), Warn = _ => { }, Time = TimeProvider.System });

    /// <inheritdoc/>
    public override void CrashHypervisor(VmSpec spec)
    {
        var uuid = spec.Id.Uuid.ToString();
        var qemu = Assert.Single(HostProcess.All(), process => process.Mentions($"-uuid {uuid}"));
        using var kill = Process.Start("kill", [$"-{SegmentationFault}", $"{qemu.Pid}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }
}

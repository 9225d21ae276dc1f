using System.Diagnostics;
using Libvirt.Daemon;
using Orchestrator.Conformance.Harness;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Libvirt;

namespace Orchestrator.Conformance.Libvirt;

/// <summary>Real domains of a real libvirtd with the real tiny guest. The libvirtd is the harness's own.</summary>
public sealed class LibvirtHarness : DriverHarness
{
    private const int SegmentationFault = 11;

    private readonly List<LibvirtDriver> _drivers = [];
    private PrivateLibvirtd? _daemon;
    private string? _image;

    /// <inheritdoc/>
    public override string BaseImage => _image!;

    /// <inheritdoc/>
    public override string SharingImage => CopyForQemu(TinyImage.FindSharing(), "tiny-9p.qcow2");

    /// <inheritdoc/>
    public override long BaseImageBytes => TinyImage.VirtualBytes;

    /// <inheritdoc/>
    public override bool ServesSsh => true;

    /// <inheritdoc/>
    public override async ValueTask InitializeAsync()
    {
        if (PrivateLibvirtd.FindObstacle() is { } obstacle)
        {
            Assert.Skip(obstacle);
        }

        var original = TinyImage.Find();
        _daemon = await PrivateLibvirtd.StartAsync(CancellationToken.None);

        _image = CopyForQemu(original, "tiny.qcow2");
    }

    /// <inheritdoc/>
    public override IHypervisorDriver CreateDriver()
    {
        var driver = new LibvirtDriver(new DriverContext
        {
            Settings = new Dictionary<string, string> { ["uri"] = _daemon!.Uri },
            RunsDirectory = Runs,
            CacheDirectory = Path.Combine(Root, "cache"),
            Warn = _ => { },
            Time = TimeProvider.System,
        });
        lock (_drivers)
        {
            _drivers.Add(driver);
        }

        return driver;
    }

    /// <inheritdoc/>
    public override void CrashHypervisor(VmSpec spec)
    {
        var uuid = spec.Id.Uuid.ToString();
        var qemu = Assert.Single(HostProcess.All(), process => process.Mentions($"-uuid {uuid}"));
        using var kill = Process.Start("kill", [$"-{SegmentationFault}", $"{qemu.Pid}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
        {
            await base.DisposeAsync();
            foreach (var driver in _drivers)
            {
                await driver.DisposeAsync();
            }

            await _daemon.DisposeAsync();
        }
    }

    // Where QEMU's user may read it, wherever the repository is.
    private string CopyForQemu(string image, string name)
    {
        var copy = Path.Combine(_daemon!.Files, name);
        File.Copy(image, copy);
        File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return copy;
    }
}

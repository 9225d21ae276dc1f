using System.Diagnostics;
using Libvirt;
using Libvirt.Daemon;
using Orchestrator.Drivers.Libvirt.Machines;

namespace Orchestrator.Drivers.Libvirt.Tests.Machines;

/// <summary>A libvirtd of the tests' own, and drivers, machines and hands to interfere with them.</summary>
public sealed class DaemonTrouble : IAsyncLifetime
{
    private readonly List<LibvirtDriver> _drivers = [];
    private PrivateLibvirtd? _daemon;

    public PrivateLibvirtd Daemon => _daemon!;

    public string Image => Path.Combine(Daemon.Files, "base.qcow2");

    public string Runs => Path.Combine(Daemon.Files, "state", "runs");

    /// <summary>Where the daemon keeps its QEMUs' own words; a user's, in that user's cache.</summary>
    public string Logs => Environment.IsPrivilegedProcess ? Path.Combine(Daemon.Logs, "qemu") : QemuLog.DirectoryOf("qemu:///session")!;

    public async ValueTask InitializeAsync()
    {
        if (PrivateLibvirtd.FindObstacle() is { } obstacle)
        {
            Assert.Skip(obstacle);
        }

        _daemon = await PrivateLibvirtd.StartAsync(CancellationToken.None);
        Directory.CreateDirectory(Runs);
        using var tool = Process.Start("qemu-img", ["create", "-q", "-f", "qcow2", Image, "16M"]);
        await tool.WaitForExitAsync();
    }

    /// <summary>A driver as another process would have one.</summary>
    public LibvirtDriver CreateDriver(string? template = null)
    {
        var driver = new LibvirtDriver(
            new DriverContext
            {
                Settings = template is null
                    ? new Dictionary<string, string> { ["uri"] = Daemon.Uri }
                    : new Dictionary<string, string> { ["uri"] = Daemon.Uri, ["template"] = template },
                RunsDirectory = Runs,
                CacheDirectory = Path.Combine(Daemon.Files, "cache"),
                Warn = _ => { },
                Time = TimeProvider.System,
            },
            Logs);
        _drivers.Add(driver);
        return driver;
    }

    /// <summary>Describes a small machine and makes its run directory.</summary>
    public VmSpec Describe()
    {
        var id = VmId.Create(TimeProvider.System);
        return Xml.Machines.Spec with
        {
            Id = id,
            RunDirectory = Directory.CreateDirectory(Path.Combine(Runs, id.Value)).FullName,
            Machine = Xml.Machines.Spec.Machine with
            {
                Name = $"trouble-{id}",
                BaseImagePath = Image,
                RootDiskBytes = 16 << 20,
                Processors = 1,
                MemoryBytes = 64 << 20,
                Network = NetworkMode.None,
            },
            Accelerator = AcceleratorPreference.Tcg,
        };
    }

    /// <summary>Has libvirtd ask a hook of the host's, a shell script, about each domain: <c>$1</c> is its name, <c>$2</c> what is about to be done.</summary>
    public async Task UseHookAsync(string script, CancellationToken cancellationToken)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "a session daemon has the host's hooks");
        var hook = Path.Combine(Directory.CreateDirectory(Daemon.Hooks).FullName, "qemu");
        await File.WriteAllTextAsync(hook, "#!/bin/sh\n" + script, cancellationToken);
        File.SetUnixFileMode(hook, (UnixFileMode)0b111_101_101);
        await Daemon.StopAsync();
        await Daemon.StartAgainAsync(cancellationToken);
    }

    /// <summary>Does something to a domain behind the driver's back.</summary>
    public T With<T>(VmSpec spec, Func<LibvirtDomain?, T> act)
    {
        using var connection = LibvirtConnection.Open(Daemon.Uri);
        using var domain = connection.FindDomainByUuid(spec.Id.Uuid);
        return act(domain);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var driver in _drivers)
        {
            await driver.DisposeAsync();
        }

        if (_daemon is not null)
        {
            await _daemon.DisposeAsync();
        }
    }
}

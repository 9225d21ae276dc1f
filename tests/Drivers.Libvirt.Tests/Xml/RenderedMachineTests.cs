using System.Diagnostics;
using System.Xml.Linq;
using Libvirt;
using Libvirt.Daemon;
using Orchestrator.Drivers.Libvirt.Xml;

namespace Orchestrator.Drivers.Libvirt.Tests.Xml;

/// <summary>What the template makes, given to a libvirtd of one's own.</summary>
[Trait("Category", "Integration")]
public sealed class RenderedMachineTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _patience =
        CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private PrivateLibvirtd? _daemon;

    private CancellationToken Patience => _patience.Token;

    private PrivateLibvirtd Daemon
    {
        get
        {
            Assert.SkipWhen(_daemon is null, PrivateLibvirtd.FindObstacle() ?? "");
            return _daemon!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        _patience.CancelAfter(TimeSpan.FromMinutes(2));
        if (PrivateLibvirtd.FindObstacle() is null)
        {
            _daemon = await PrivateLibvirtd.StartAsync(Patience);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
        {
            await _daemon.DisposeAsync();
        }

        _patience.Dispose();
    }

    [Fact]
    public async Task The_machine_boots_from_a_base_image_that_stays_its_owners()
    {
        var model = await PrepareAsync("run", NetworkMode.Open);
        var owner = await OwnerOfAsync(model.BaseImagePath);
        using var connection = LibvirtConnection.Open(Daemon.Uri);
        using var domain = connection.CreateDomain(DomainTemplate.Load(null).Render(model), DomainCreateFlags.Paused);
        using var events = connection.SubscribeDomainEvents(DomainEventKinds.Lifecycle);
        Assert.Equal(owner, await OwnerOfAsync(model.BaseImagePath));

        domain.Resume();
        var end = await events.ReadAllAsync(Patience).OfType<DomainEvent.LifecycleChanged>()
            .FirstAsync(change => change.Domain == domain.Uuid && change.Change == DomainLifecycle.Stopped, Patience);

        Assert.Equal(DomainLifecycleDetail.StoppedShutdown, end.Detail);
        Assert.Equal(owner, await OwnerOfAsync(model.BaseImagePath));
        var console = await File.ReadAllTextAsync(model.ConsoleLogPath, Patience);
        Assert.Contains("SeaBIOS", console, StringComparison.Ordinal);
        Assert.Contains("guest: up", console, StringComparison.Ordinal);
        Assert.Null(connection.FindDomainByUuid(model.Spec.Id.Uuid));
    }

    [Fact]
    public async Task The_live_machine_tells_its_run_and_what_is_in_its_drive()
    {
        var model = await PrepareAsync("run", NetworkMode.None);
        var medium = Path.Combine(model.Spec.RunDirectory, "medium.iso");
        await File.WriteAllBytesAsync(medium, new byte[64 * 1024], Patience);
        using var connection = LibvirtConnection.Open(Daemon.Uri);
        using var domain = connection.CreateDomain(DomainTemplate.Load(null).Render(model), DomainCreateFlags.Paused);
        var expected = DomainXml.ReadMetadata(DomainXml.Metadata(model.Spec));
        Assert.Equal(expected, DomainXml.ReadMetadata(domain.GetXml()));
        Assert.Equal(expected, DomainXml.ReadMetadata(domain.GetMetadata(DomainXml.MetadataNamespace)!));
        Assert.Equal(new DriveState(null, TrayOpen: false), DomainXml.ReadConfigDrive(domain.GetXml()));

        domain.UpdateDevice(DomainXml.ConfigDrive(medium), DeviceModifyFlags.Live);
        Assert.Equal(medium, DomainXml.ReadConfigDrive(domain.GetXml()).MediumPath);
        domain.UpdateDevice(DomainXml.ConfigDrive(null), DeviceModifyFlags.Live | DeviceModifyFlags.Force);
        Assert.Null(DomainXml.ReadConfigDrive(domain.GetXml()).MediumPath);

        var later = model.Spec with { Deadline = model.Spec.Deadline!.Value.AddHours(1) };
        domain.SetMetadata(DomainXml.Metadata(later), DomainXml.MetadataPrefix, DomainXml.MetadataNamespace);
        Assert.Equal(later.Deadline, DomainXml.ReadMetadata(domain.GetXml())!.Deadline);
        domain.Destroy();
    }

    [Fact]
    public async Task Paths_full_of_special_characters_reach_QEMU()
    {
        var model = await PrepareAsync(Hostile.Name, NetworkMode.Restricted);
        using var connection = LibvirtConnection.Open(Daemon.Uri);

        using var domain = connection.CreateDomain(DomainTemplate.Load(null).Render(model), DomainCreateFlags.Paused);

        Assert.True(File.Exists(model.ConsoleLogPath));
        domain.Destroy();
    }

    [Fact]
    public async Task An_aarch64_machine_starts_with_firmware_that_leaves_its_variables_in_the_run_directory()
    {
        const string emulator = "/usr/bin/qemu-system-aarch64";
        Assert.SkipUnless(File.Exists(emulator), $"{emulator} is not installed (Debian: qemu-system-arm, qemu-efi-aarch64)");
        var model = await PrepareAsync("run", NetworkMode.Open);
        model = model with { Spec = model.Spec with { Machine = model.Spec.Machine with { Architecture = GuestArchitecture.Arm64, Processors = 9 } } };
        using var connection = LibvirtConnection.Open(Daemon.Uri);

        using var domain = connection.CreateDomain(DomainTemplate.Load(null).Render(model), DomainCreateFlags.Paused);

        Assert.True(File.Exists(model.FirmwareVariablesPath));
        domain.Destroy();
    }

    [Fact]
    public async Task The_guests_port_leaves_every_other_device_in_its_place()
    {
        var model = await PrepareAsync("run", NetworkMode.Open);
        using var connection = LibvirtConnection.Open(Daemon.Uri);
        var xml = XElement.Parse(DomainTemplate.Load(null).Render(model));
        var with = await PlacesOfAsync(xml);
        xml.Descendants("channel").Concat(xml.Descendants("controller").Where(IsOfPort)).Remove();

        Assert.Equal(await PlacesOfAsync(xml), with);
        Assert.NotEmpty(with);

        async Task<IEnumerable<string>> PlacesOfAsync(XElement xml)
        {
            using var domain = await Task.Run(() => connection.CreateDomain(xml.ToString(), DomainCreateFlags.Paused), Patience);
            var devices = XElement.Parse(domain.GetXml()).Element("devices")!.Elements();
            domain.Destroy();
            return devices.Where(device => !IsOfPort(device) && device.Element("address")?.Attribute("type")?.Value == "pci")
                .Select(device => $"{device.Name} {device.Element("alias")} {device.Element("address")}");
        }

        static bool IsOfPort(XElement device) => device.Attribute("type")?.Value == "virtio-serial";
    }

    private static async Task<string> OwnerOfAsync(string path) => await OutputOfAsync("stat", "--format=%u:%g %a", path);

    private static async Task<string> OutputOfAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program} failed");
        return output;
    }

    private static string FindTinyImage()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Orchestrator.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("the tests do not run inside the repository");
        }

        var image = Path.Combine(directory.FullName, "artifacts", "images", "tiny-x86_64.qcow2");
        return File.Exists(image) ? image : throw new FileNotFoundException($"{image} is missing; build it: images/tiny/build");
    }

    /// <summary>A base image and an overlay, in directories that QEMU's user passes through, as the driver prepares them.</summary>
    private async Task<DomainModel> PrepareAsync(string name, NetworkMode network)
    {
        var images = Path.Combine(Daemon.Files, "images " + name);
        var run = Path.Combine(Daemon.Files, name);
        foreach (var directory in new[] { images, run })
        {
            Directory.CreateDirectory(directory);
            File.SetUnixFileMode(directory, (UnixFileMode)0b111_001_001);
        }

        var image = Path.Combine(images, "tiny.qcow2");
        File.Copy(FindTinyImage(), image);
        File.SetUnixFileMode(image, (UnixFileMode)0b110_100_100);
        var model = Machines.For(Machines.Spec with
        {
            Id = VmId.Create(TimeProvider.System),
            RunDirectory = run,
            Machine = Machines.Spec.Machine with { BaseImagePath = image, Processors = 1, MemoryBytes = 256L << 20, Network = network },
            SshPort = network == NetworkMode.None ? null : 0,
        });
        await OutputOfAsync("mkfifo", "--mode=666", model.GuestPortPath + ".in", model.GuestPortPath + ".out");
        await OutputOfAsync("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", image, model.OverlayPath, "1G");
        return model with { Kvm = false };
    }
}

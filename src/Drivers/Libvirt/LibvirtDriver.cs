using Libvirt;
using Orchestrator.Drivers.Host.Images;
using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Host.Network;
using Orchestrator.Drivers.Libvirt.Connections;
using Orchestrator.Drivers.Libvirt.Inventory;
using Orchestrator.Drivers.Libvirt.Machines;
using Orchestrator.Drivers.Libvirt.Preparation;
using Orchestrator.Drivers.Libvirt.Xml;

namespace Orchestrator.Drivers.Libvirt;

/// <summary>
/// Runs machines as transient domains of a libvirt daemon, where <c>virsh list</c> shows them under their instances' names. Libvirt's library is loaded
/// when the driver is first used.
/// </summary>
public sealed class LibvirtDriver : IHypervisorDriver, IAsyncDisposable
{
    private const string Uri = "uri";

    private readonly DriverContext _context;
    private readonly Daemon _daemon;
    private readonly LibvirtHost _host;
    private readonly QemuLog _log;
    private readonly MachineRegistry _registry;

    /// <summary>Makes a driver. Nothing is looked at yet, so a broken host is no failure here.</summary>
    /// <param name="context">Its settings and directories.</param>
    /// <param name="logDirectory">Absolute path of the directory with libvirt's logs of its QEMUs; null for the usual one of the connection.</param>
    public LibvirtDriver(DriverContext context, string? logDirectory = null)
    {
        _context = context;
        _daemon = new Daemon(context.Settings[Uri], context.Time);
        _host = new LibvirtHost(context, _daemon);
        _log = new QemuLog(logDirectory ?? QemuLog.DirectoryOf(_daemon.Uri));
        _registry = new MachineRegistry(context.RunsDirectory, _daemon, _log, context.Time);
    }

    /// <summary>The driver's registration.</summary>
    public static DriverRegistration Registration { get; } = new()
    {
        Name = "libvirt",
        Summary = "a domain of libvirtd",
        Capabilities = new DriverCapabilities
        {
            Architectures = [GuestArchitecture.X64, GuestArchitecture.Arm64],
            Networks = [NetworkMode.Internet, NetworkMode.Open, NetworkMode.Restricted, NetworkMode.None],
            ReportsPanic = true,
            ReportsStorageFull = true,
            SharesDirectories = true,
            MachinesOutliveOrchestrator = true,
        },
        Settings =
        [
            new(
                Uri,
                DriverSettingKind.Text,
                "a libvirt connection URI",
                "The libvirt connection; its daemon must be of this very host, since disks and media are files here",
                "qemu:///system",
                IsProtected: true), // qemu+ext:///…?command=… runs a program
            new(DomainTemplate.Setting, DriverSettingKind.Path, "a path", "A domain XML template; absent: the built-in one", IsProtected: true),
        ],
        Files = MachineFiles.Own,
        Template = new DriverTemplate("domain", () => DomainTemplate.BuiltInText),
        HypervisorLogOf = instance => $"{instance}.log in /var/log/libvirt/qemu (root's), or in ~/.cache/libvirt/qemu/log under qemu:///session",
        ReadHypervisorLog = (context, runDirectory) =>
            new MachineFiles(runDirectory).Note.Read() is { } note ? new QemuLog(QemuLog.DirectoryOf(context.Settings[Uri])).TryRead(note) : null,
        Create = context => new LibvirtDriver(context),
    };

    /// <inheritdoc/>
    DriverRegistration IHypervisorDriver.Registration => Registration;

    /// <inheritdoc/>
    public IReadOnlyList<string> CheckSettings()
    {
        _ = _host.Template;
        return [];
    }

    /// <inheritdoc/>
    public Task<DriverReport> ProbeAsync(CancellationToken cancellationToken) => new LibvirtHostProbe(_host).RunAsync(cancellationToken);

    /// <inheritdoc/>
    public void Require(MachineDescription machine, int? sshPort)
    {
        SshPorts.Require(machine, sshPort);
        GuestNetwork.Require(machine);
        MediumFile.RequireDirectory();
        MountSources.Require(machine);
    }

    /// <inheritdoc/>
    public Task<IVirtualMachine> PrepareAsync(VmSpec spec, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // Loading libvirt and connecting takes the longest of what comes before the domain, and needs nothing of the rest. Whoever needs the connection
        // hears of its failure.
        _ = Task.Run(() => _daemon.ConnectAsync(CancellationToken.None), CancellationToken.None);
        var template = _host.Template;
        return HostPreparation.RunAsync(
            spec,
            LibvirtHost.FindQemuImg(),
            _context,
            (spec, chain, abandon) => DescribeAsync(spec, chain, template, abandon),
            async (spec, chain, drafting, describing) => await new MachinePreparation(spec, _daemon, _log, template.Name, _context.Time)
                .RunAsync(chain, drafting, describing, cancellationToken).ConfigureAwait(false),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<VmRecord>> ListAsync(OwnerId owner, CancellationToken cancellationToken)
    {
        try
        {
            return await _registry.ListAsync(owner, cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException exception)
        {
            throw new HypervisorException($"libvirt at {_daemon.Uri} cannot list its domains: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public Task<IVirtualMachine?> AttachAsync(VmId id, CancellationToken cancellationToken) => _registry.AttachAsync(id, cancellationToken);

    /// <inheritdoc/>
    public void EraseMedium(VmId id) => _registry.EraseMedium(id);

    /// <inheritdoc/>
    public Task DestroyAsync(VmId id, CancellationToken cancellationToken) => _registry.DestroyAsync(id, cancellationToken);

    /// <inheritdoc/>
    public Task<Stream> OpenConsoleAsync(VmId id, CancellationToken cancellationToken) => _registry.OpenConsoleAsync(id, cancellationToken);

    /// <summary>Closes the connection to the daemon. Machines go on.</summary>
    public ValueTask DisposeAsync() => _daemon.DisposeAsync();

    /// <summary>Finds out what the domain XML depends on, lets QEMU reach its files, and writes it.</summary>
    private async Task<string> DescribeAsync(VmSpec spec, BackingChain chain, DomainTemplate template, CancellationToken cancellationToken)
    {
        spec = spec with { Machine = MountSources.Resolve(spec.Machine) };
        var access = await _host.FindAccessAsync(cancellationToken).ConfigureAwait(false);
        if (access is not null)
        {
            var directories = _host.DirectoriesOf(spec.RunDirectory);
            _host.OpenImages(chain.Links.Select(link => link.Path), access);
            access.RequireReadable(chain.Links.Select(link => link.Path));
            access.RequireReadable(spec.Machine.Mounts);
            access.OpenWay(directories, "state directory " + directories[0], "name another state directory with --state-dir");
        }

        MediumFile.Prepare(access);

        var choice = await _host.ChooseAcceleratorAsync(spec.Accelerator, spec.Machine.Architecture, access, cancellationToken).ConfigureAwait(false);
        if (choice.Warning is { } warning)
        {
            _context.Warn(warning);
        }

        var files = new MachineFiles(spec.RunDirectory);
        return template.Render(new DomainModel
        {
            Spec = spec,
            Kvm = choice.Accelerator == Host.Acceleration.Accelerator.Kvm,
            OverlayPath = files.Overlay,
            ConsoleLogPath = files.ConsoleLog,
            FirmwareVariablesPath = files.FirmwareVariables,
            GuestPortPath = files.GuestPort,
            WirePath = spec.Machine.Network == NetworkMode.Internet ? files.Wire : null,
            BaseImagePath = chain.Base.Path,
            BackingChain = [.. chain.Links.Select(link => (link.Path, "qcow2"))],
        });
    }
}

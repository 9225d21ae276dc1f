using Libvirt;
using Orchestrator.Drivers.Host.Images;
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
/// <remarks>
/// The config drive is empty until <see cref="IVirtualMachine.StartAsync"/> inserts <see cref="VmSpec.ConfigMediaPath"/>; libvirt gives the file to QEMU's
/// user for as long as it is in the drive. A file that is missing or empty is an empty drive.
/// </remarks>
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
            Networks = [NetworkMode.User, NetworkMode.Restricted, NetworkMode.None],
            ReportsPanic = true,
            ReportsStorageFull = true,
            MachinesOutliveOrchestrator = true,
        },
        Settings =
        [
            new(
                Uri,
                DriverSettingKind.Text,
                "a libvirt connection URI",
                "The libvirt connection; its daemon must be of this very host, since disks and media are files here",
                "qemu:///system"),
            new(DomainTemplate.Setting, DriverSettingKind.Path, "a path", "A domain XML template; absent: the built-in one"),
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
    public void CheckSettings() => _ = _host.Template;

    /// <inheritdoc/>
    public Task<DriverReport> ProbeAsync(CancellationToken cancellationToken) => new LibvirtHostProbe(_host).RunAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<IVirtualMachine> PrepareAsync(VmSpec spec, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // Loading libvirt and connecting takes the longest of what comes before the domain, and needs nothing of the rest. Whoever needs the connection
        // hears of its failure.
        _ = Task.Run(() => _daemon.ConnectAsync(CancellationToken.None), CancellationToken.None);
        var template = _host.Template;
        var qemuImg = LibvirtHost.FindQemuImg();
        using var chain = BackingChain.Open(spec.BaseImagePath);
        Overlay.RequireRoom(chain.Base.Path, chain.Base.VirtualSize, spec.RootDiskBytes);

        // Both take a while, and neither leaves anything behind.
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var drafting = Overlay.DraftAsync(qemuImg, chain.Base.Path, spec.RootDiskBytes, _context.Time, abandon.Token);
        var describing = Task.Run(() => DescribeAsync(spec, chain, template, abandon.Token), CancellationToken.None);
        try
        {
            return await new MachinePreparation(spec, _daemon, _log, template.Name, _context.Time)
                .RunAsync(drafting, describing, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await abandon.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(drafting, describing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (drafting.IsCompletedSuccessfully)
            {
                drafting.Result.Dispose();
            }
        }
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
    public Task DestroyAsync(VmId id, CancellationToken cancellationToken) => _registry.DestroyAsync(id, cancellationToken);

    /// <inheritdoc/>
    public Task<Stream> OpenConsoleAsync(VmId id, CancellationToken cancellationToken) => _registry.OpenConsoleAsync(id, cancellationToken);

    /// <summary>Closes the connection to the daemon. Machines go on.</summary>
    public ValueTask DisposeAsync() => _daemon.DisposeAsync();

    /// <summary>Finds out what the domain XML depends on, lets QEMU reach its files, and writes it.</summary>
    private async Task<string> DescribeAsync(VmSpec spec, BackingChain chain, DomainTemplate template, CancellationToken cancellationToken)
    {
        var access = await _host.FindAccessAsync(cancellationToken).ConfigureAwait(false);
        if (access is not null)
        {
            access.RequireReadable(chain.Links.Select(link => link.Path));
            access.OpenWay([.. _host.DirectoriesOf(spec.RunDirectory)]);
        }

        var choice = await _host.ChooseAcceleratorAsync(spec.Accelerator, spec.Architecture, access, cancellationToken).ConfigureAwait(false);
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
            BaseImagePath = chain.Base.Path,
            BackingChain = [.. chain.Links.Select(link => (link.Path, link.Format == ImageFormat.Raw ? "raw" : "qcow2"))],
        });
    }
}

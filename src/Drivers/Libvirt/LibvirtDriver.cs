using Libvirt;
using Microsoft.Extensions.Logging;
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
public sealed partial class LibvirtDriver : IHypervisorDriver, ITemplatedDriver, IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly ILogger<LibvirtDriver> _logger;
    private readonly Daemon _daemon;
    private readonly LibvirtHost _host;
    private readonly QemuLog _log;
    private readonly MachineRegistry _registry;
    private string? _lastWarning;

    /// <summary>Makes a driver. Nothing is looked at yet, so a broken host is no failure here.</summary>
    public LibvirtDriver(LibvirtDriverOptions options, TimeProvider time, ILogger<LibvirtDriver> logger)
    {
        _time = time;
        _logger = logger;
        _daemon = new Daemon(options.Uri, time);
        _host = new LibvirtHost(options, _daemon, time);
        _log = new QemuLog(options.LogDirectory ?? QemuLog.DirectoryOf(options.Uri));
        _registry = new MachineRegistry(options.RunsDirectory, _daemon, _log, time);
    }

    /// <summary>What the QEMU of a machine said so far, of which libvirt keeps the log. Asks no daemon.</summary>
    /// <param name="uri">The daemon's.</param>
    /// <param name="runDirectory">Absolute path of the run's directory.</param>
    /// <returns>Null where it is not known where that is, or it may not be read.</returns>
    public static byte[]? TryReadHypervisorLog(string uri, string runDirectory) =>
        new MachineFiles(runDirectory).Note.Read() is { } note ? new QemuLog(QemuLog.DirectoryOf(uri)).TryRead(note) : null;

    /// <inheritdoc/>
    public string Name => "libvirt";

    /// <inheritdoc/>
    public DriverCapabilities Capabilities { get; } = new()
    {
        Architectures = new HashSet<GuestArchitecture> { GuestArchitecture.X64, GuestArchitecture.Arm64 },
        Networks = new HashSet<NetworkMode> { NetworkMode.User, NetworkMode.Restricted, NetworkMode.None },
        ReportsPanic = true,
        ReportsStorageFull = true,
        MachinesOutliveOrchestrator = true,
    };

    /// <inheritdoc/>
    public string BuiltInTemplate => DomainTemplate.BuiltInText;

    /// <inheritdoc/>
    public void CheckTemplate() => _ = _host.Template;

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
        var qemuImg = _host.FindQemuImg();
        using var chain = BackingChain.Open(spec.BaseImagePath);
        Overlay.RequireRoom(chain.Base.Path, chain.Base.VirtualSize, spec.RootDiskBytes);

        // Both take a while, and neither leaves anything behind.
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var drafting = Overlay.DraftAsync(qemuImg, chain.Base.Path, spec.RootDiskBytes, _time, abandon.Token);
        var describing = Task.Run(() => DescribeAsync(spec, chain, template, abandon.Token), CancellationToken.None);
        try
        {
            return await new MachinePreparation(spec, _daemon, _log, template.Name, _time)
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
        Warn(choice.Warning);
        var files = new MachineFiles(spec.RunDirectory);
        return template.Render(new DomainModel
        {
            Spec = spec,
            Kvm = choice.Accelerator == Host.Acceleration.Accelerator.Kvm,
            OverlayPath = files.Overlay,
            ConsoleLogPath = files.ConsoleLog,
            BaseImagePath = chain.Base.Path,
            BackingChain = [.. chain.Links.Select(link => (link.Path, link.Format == ImageFormat.Raw ? "raw" : "qcow2"))],
        });
    }

    private void Warn(string? warning)
    {
        // A fleet would say the same with every run.
        if (warning is not null && Interlocked.Exchange(ref _lastWarning, warning) != warning)
        {
            LogSlow(warning);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private partial void LogSlow(string warning);
}

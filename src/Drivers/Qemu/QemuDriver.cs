using Microsoft.Extensions.Logging;
using Orchestrator.Drivers.Host.Acceleration;
using Orchestrator.Drivers.Host.Images;
using Orchestrator.Drivers.Qemu.Inventory;
using Orchestrator.Drivers.Qemu.Preparation;

namespace Orchestrator.Drivers.Qemu;

/// <summary>Runs machines by launching QEMU itself: one process per machine, commanded over QMP.</summary>
/// <remarks>
/// <para>The config drive's medium: <see cref="PrepareAsync"/> makes <see cref="VmSpec.ConfigMediaPath"/> as an empty file of mode 0600, and QEMU holds
/// that very file. The run lifecycle opens it and fills it in place before <see cref="IVirtualMachine.StartAsync"/>; it must not replace it, by a
/// rename for example. A file left empty is an empty drive.</para>
/// <para>A run directory may be any directory for <see cref="PrepareAsync"/>, but <see cref="ListAsync"/>, <see cref="AttachAsync"/> and
/// <see cref="DestroyAsync"/> find only those in <see cref="QemuDriverOptions.RunsDirectory"/>.</para>
/// </remarks>
public sealed partial class QemuDriver : IHypervisorDriver
{
    private readonly TimeProvider _time;
    private readonly ILogger<QemuDriver> _logger;
    private readonly QemuHost _host;
    private readonly MachineRegistry _registry;
    private string? _lastWarning;

    /// <summary>Makes a driver. Nothing is looked at yet, so a broken host is no failure here.</summary>
    public QemuDriver(QemuDriverOptions options, TimeProvider time, ILogger<QemuDriver> logger)
    {
        _time = time;
        _logger = logger;
        _host = new QemuHost(options, time);
        _registry = new MachineRegistry(options.RunsDirectory, time);
    }

    /// <inheritdoc/>
    public string Name => "qemu";

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
    public Task<DriverReport> ProbeAsync(CancellationToken cancellationToken) => new QemuHostProbe(_host).RunAsync(cancellationToken);

    /// <summary>
    /// Says what will run a guest's code, and whether the user should be warned of it. The first call after a boot of the host takes up to a second
    /// where KVM exists and does not work; the answer is kept in <see cref="QemuDriverOptions.CacheDirectory"/>.
    /// </summary>
    /// <exception cref="HostException">KVM is demanded and does not work, or QEMU is missing.</exception>
    public Task<AcceleratorChoice> ChooseAcceleratorAsync(
        AcceleratorPreference preference, GuestArchitecture architecture, CancellationToken cancellationToken) =>
        _host.ChooseAcceleratorAsync(preference, architecture, cancellationToken);

    /// <inheritdoc/>
    public async Task<IVirtualMachine> PrepareAsync(VmSpec spec, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var qemuImg = _host.FindQemuImg();
        using var chain = BackingChain.Open(spec.BaseImagePath);
        Overlay.RequireRoom(chain.Base.Path, chain.Base.VirtualSize, spec.RootDiskBytes);

        // Both take longer than everything else does here, and neither leaves anything behind.
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var drafting = Overlay.DraftAsync(qemuImg, chain.Base.Path, spec.RootDiskBytes, _time, abandon.Token);
        var planning = Task.Run(() => _host.PlanAsync(spec, qemuImg, abandon.Token), CancellationToken.None);
        try
        {
            var machine = await new MachinePreparation(spec, _time).RunAsync(chain, drafting, planning, cancellationToken).ConfigureAwait(false);
            Warn((await planning.ConfigureAwait(false)).Choice.Warning);
            return machine;
        }
        finally
        {
            await abandon.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(drafting, planning).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (drafting.IsCompletedSuccessfully)
            {
                drafting.Result.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<VmRecord>> ListAsync(OwnerId owner, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_registry.List(owner));
    }

    /// <inheritdoc/>
    public Task<IVirtualMachine?> AttachAsync(VmId id, CancellationToken cancellationToken) => _registry.AttachAsync(id, cancellationToken);

    /// <inheritdoc/>
    public Task DestroyAsync(VmId id, CancellationToken cancellationToken) => _registry.DestroyAsync(id, cancellationToken);

    /// <inheritdoc/>
    public Task<Stream> OpenConsoleAsync(VmId id, CancellationToken cancellationToken) => _registry.OpenConsoleAsync(id, cancellationToken);

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

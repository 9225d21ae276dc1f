using Orchestrator.Drivers.Host.Acceleration;
using Orchestrator.Drivers.Host.Images;
using Orchestrator.Drivers.Qemu.Inventory;
using Orchestrator.Drivers.Qemu.Machines;
using Orchestrator.Drivers.Qemu.Preparation;

namespace Orchestrator.Drivers.Qemu;

/// <summary>Runs machines by launching QEMU itself: one process per machine, commanded over QMP.</summary>
/// <remarks>
/// <para>The config drive's medium: <see cref="PrepareAsync"/> makes <see cref="VmSpec.ConfigMediaPath"/> as an empty file of mode 0600, and QEMU holds
/// that very file. The run lifecycle opens it and fills it in place before <see cref="IVirtualMachine.StartAsync"/>; it must not replace it, by a
/// rename for example. A file left empty is an empty drive.</para>
/// <para>A run directory may be any directory for <see cref="PrepareAsync"/>, but <see cref="ListAsync"/>, <see cref="AttachAsync"/> and
/// <see cref="DestroyAsync"/> find only those in <see cref="DriverContext.RunsDirectory"/>.</para>
/// </remarks>
public sealed class QemuDriver : IHypervisorDriver
{
    private readonly DriverContext _context;
    private readonly QemuHost _host;
    private readonly MachineRegistry _registry;

    /// <summary>Makes a driver. Nothing is looked at yet, so a broken host is no failure here.</summary>
    /// <param name="context">Its settings and directories.</param>
    /// <param name="qemuImg"><c>qemu-img</c>, a path or a program's name.</param>
    public QemuDriver(DriverContext context, string qemuImg = "qemu-img")
    {
        _context = context;
        _host = new QemuHost(context, qemuImg);
        _registry = new MachineRegistry(context.RunsDirectory, context.Time);
    }

    /// <summary>The driver's registration.</summary>
    public static DriverRegistration Registration { get; } = new()
    {
        Name = "qemu",
        Summary = "a QEMU of its own",
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
            new("run-as", DriverSettingKind.Text, "a user's name", "The user QEMU runs as when the orchestrator is root; absent: the same user"),
            new(
                "binary",
                DriverSettingKind.Program,
                "a program's name or path",
                "The QEMU for guests of the host's own architecture; absent: qemu-system-x86_64 or qemu-system-aarch64, which guests of another always get"),
        ],
        Files = MachineFiles.Own,
        Create = context => new QemuDriver(context),
    };

    /// <inheritdoc/>
    DriverRegistration IHypervisorDriver.Registration => Registration;

    /// <inheritdoc/>
    public void CheckSettings()
    {
        // They name programs and users: whether the host has them is for the examination of the host to say.
    }

    /// <inheritdoc/>
    public Task<DriverReport> ProbeAsync(CancellationToken cancellationToken) => new QemuHostProbe(_host).RunAsync(cancellationToken);

    /// <summary>
    /// Says what will run a guest's code, and whether the user should be warned of it. The first call after a boot of the host takes up to a second
    /// where KVM exists and does not work; the answer is kept in <see cref="DriverContext.CacheDirectory"/>.
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
        var drafting = Overlay.DraftAsync(qemuImg, chain.Base.Path, spec.RootDiskBytes, _context.Time, abandon.Token);
        var planning = Task.Run(() => _host.PlanAsync(spec, qemuImg, abandon.Token), CancellationToken.None);
        try
        {
            var machine = await new MachinePreparation(spec, _context.Time).RunAsync(chain, drafting, planning, cancellationToken).ConfigureAwait(false);
            if ((await planning.ConfigureAwait(false)).Choice.Warning is { } warning)
            {
                _context.Warn(warning);
            }

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
}

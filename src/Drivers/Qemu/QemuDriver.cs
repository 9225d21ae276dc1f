using Orchestrator.Drivers.Host.Acceleration;
using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Host.Network;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Drivers.Qemu.Inventory;
using Orchestrator.Drivers.Qemu.Machines;
using Orchestrator.Drivers.Qemu.Preparation;

namespace Orchestrator.Drivers.Qemu;

/// <summary>Runs machines by launching QEMU itself: one process per machine, commanded over QMP.</summary>
/// <remarks>
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
            Networks = [NetworkMode.Internet, NetworkMode.Open, NetworkMode.Restricted, NetworkMode.None],
            ReportsPanic = true,
            ReportsStorageFull = true,
            SharesDirectories = true,
            MachinesOutliveOrchestrator = true,
            MachinesAreChildren = true,
        },
        Settings =
        [
            new(
                "run-as",
                DriverSettingKind.Text,
                "a user's name",
                "The one user that every QEMU runs as when the orchestrator is root, root included; absent: each as one of its own, by the next setting",
                IsProtected: true),
            new(
                "user-ids",
                DriverSettingKind.Text,
                "the first and the last number of users",
                "The users that root's QEMUs run as, a number for each machine that runs; nobody else may have them",
                MachineUsers.DefaultIds,
                IsProtected: true),
            new(
                "binary",
                DriverSettingKind.Program,
                "a program's name or path",
                "The QEMU for guests of the host's own architecture; absent: qemu-system-x86_64 or qemu-system-aarch64, which guests of another always get",
                IsProtected: true),
        ],
        Files = MachineFiles.Own,
        Create = context => new QemuDriver(context),
    };

    /// <inheritdoc/>
    DriverRegistration IHypervisorDriver.Registration => Registration;

    /// <inheritdoc/>
    public IReadOnlyList<string> CheckSettings()
    {
        // The others name programs and users: whether the host has them is for the examination of the host to say.
        MachineUsers.ParseIds(_host.UserIds);
        return Environment.IsPrivilegedProcess && _host.RunAs is { } name ? [MachineUsers.WarningOf(name)] : [];
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
    public void Require(MachineDescription machine, int? sshPort)
    {
        SshPorts.Require(machine, sshPort);
        GuestNetwork.Require(machine);
        MountSources.Require(machine, _host.FindUsers);
    }

    /// <inheritdoc/>
    public Task<IVirtualMachine> PrepareAsync(VmSpec spec, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var qemuImg = _host.FindQemuImg();
        return HostPreparation.RunAsync(
            spec,
            qemuImg,
            _context,
            (spec, _, abandon) => _host.PlanAsync(spec, qemuImg, abandon),
            async (spec, chain, drafting, planning) =>
            {
                var machine = await new MachinePreparation(spec, _context.Time).RunAsync(chain, drafting, planning, cancellationToken).ConfigureAwait(false);
                if ((await planning.ConfigureAwait(false)).Choice.Warning is { } warning)
                {
                    _context.Warn(warning);
                }

                return machine;
            },
            cancellationToken);
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
    public void EraseMedium(VmId id) => _registry.EraseMedium(id);

    /// <inheritdoc/>
    public Task DestroyAsync(VmId id, CancellationToken cancellationToken) => _registry.DestroyAsync(id, cancellationToken);

    /// <inheritdoc/>
    public Task<Stream> OpenConsoleAsync(VmId id, CancellationToken cancellationToken) => _registry.OpenConsoleAsync(id, cancellationToken);
}

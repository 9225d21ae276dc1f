using Orchestrator.Drivers.Host.Acceleration;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Drivers.Qemu.Arguments;
using Orchestrator.Drivers.Qemu.Preparation;

namespace Orchestrator.Drivers.Qemu;

/// <summary>What this host has and can do, as far as machines need it. Thread-safe.</summary>
/// <param name="context">The settings.</param>
/// <param name="qemuImg"><c>qemu-img</c>, a path or a program's name.</param>
internal sealed class QemuHost(DriverContext context, string qemuImg)
{
    private readonly VerdictCache _cache = new(context.CacheDirectory, context.Time);

    private MachineUsers? _users;

    /// <summary>The settings.</summary>
    public DriverContext Context => context;

    /// <summary>The one user whom every QEMU is to run as; null: nobody was named.</summary>
    public string? RunAs => context.Settings.GetValueOrDefault("run-as");

    /// <summary>The numbers of users that are given out where nobody was named.</summary>
    public string UserIds => context.Settings.GetValueOrDefault("user-ids", MachineUsers.DefaultIds);

    /// <summary>The architecture of guests that this host has QEMU for by default.</summary>
    public static GuestArchitecture NativeArchitecture => KvmTrial.HostArchitecture ?? GuestArchitecture.X64;

    /// <summary>The absolute path of <c>qemu-img</c>.</summary>
    /// <exception cref="HostException">It is not installed.</exception>
    public string FindQemuImg() => Programs.Find(qemuImg, "qemu-utils");

    /// <summary>The absolute path of the QEMU for an architecture.</summary>
    /// <exception cref="HostException">It is not installed.</exception>
    public string FindQemu(GuestArchitecture architecture)
    {
        var package = architecture == GuestArchitecture.X64 ? "qemu-system-x86" : "qemu-system-arm";
        var name = $"qemu-system-{AcceleratorSelector.NameOf(architecture)}";
        return Programs.Find(architecture == NativeArchitecture ? context.Settings.GetValueOrDefault("binary", name) : name, package);
    }

    /// <summary>Whom QEMU runs as, or null for ourselves.</summary>
    /// <exception cref="OrchestratorException">There is no such user, or we may not.</exception>
    public MachineUsers? FindUsers() => _users ??= MachineUsers.Find(RunAs, UserIds);

    /// <summary>Whether KVM works. <paramref name="anew"/>: forget what was found before.</summary>
    public Task<Verdict> JudgeKvmAsync(bool anew, CancellationToken cancellationToken)
    {
        var trial = new KvmTrial(FindQemu(NativeArchitecture), FindUsers(), _cache, context.Time);
        return trial.JudgeAsync(anew, cancellationToken);
    }

    /// <summary>Whether io_uring works.</summary>
    public Task<Verdict> JudgeIoUringAsync(string qemuImg, CancellationToken cancellationToken) =>
        new IoUringTrial(qemuImg, FindUsers(), _cache, context.Time).JudgeAsync(cancellationToken);

    /// <summary>Decides what runs a guest's code.</summary>
    /// <exception cref="HostException">KVM is demanded and does not work, or QEMU is missing.</exception>
    public Task<AcceleratorChoice> ChooseAcceleratorAsync(
        AcceleratorPreference preference, GuestArchitecture architecture, CancellationToken cancellationToken) =>
        AcceleratorSelector.SelectAsync(
            preference, architecture, KvmTrial.HostArchitecture, () => JudgeKvmAsync(anew: false, cancellationToken));

    /// <summary>Finds everything a machine needs of the host.</summary>
    public async Task<LaunchPlan> PlanAsync(VmSpec spec, string qemuImg, CancellationToken cancellationToken)
    {
        var qemu = FindQemu(spec.Machine.Architecture);
        var firmware = Firmware.Find(spec.Machine.Architecture);
        var users = FindUsers();
        var ioUring = JudgeIoUringAsync(qemuImg, cancellationToken);
        var choice = await ChooseAcceleratorAsync(spec.Accelerator, spec.Machine.Architecture, cancellationToken).ConfigureAwait(false);
        return new LaunchPlan(qemu, firmware, users, choice, (await ioUring.ConfigureAwait(false)).Works);
    }
}

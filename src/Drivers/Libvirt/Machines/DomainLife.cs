using Libvirt;

namespace Orchestrator.Drivers.Libvirt.Machines;

/// <summary>
/// Turns what libvirt tells of a domain's life into how the machine ended (libvirt's <c>virDomainEventType</c> and its details). Not thread-safe: one
/// event at a time.
/// </summary>
internal sealed class DomainLife
{
    private DomainLifecycleDetail? _shutdown;
    private bool _panicked;
    private bool _powerButtonPressed;

    /// <summary>The guest's kernel has panicked. True the first time.</summary>
    public bool Panic() => !_panicked && (_panicked = true);

    /// <summary>The guest has restarted, so that its new kernel may panic anew.</summary>
    public void Reboot() => _panicked = false;

    /// <summary>Somebody else has pressed the power button.</summary>
    public void PressPowerButton() => _powerButtonPressed = true;

    /// <summary>The machine is shutting down, and this is why.</summary>
    public void ShutDown(DomainLifecycleDetail detail) => _shutdown = detail;

    /// <summary>How it ended.</summary>
    /// <param name="detail">What libvirt said of its stopping.</param>
    /// <param name="note">What was done to it.</param>
    /// <param name="killedBecause">Why this driver ended it; null when it did not.</param>
    public VmExit Judge(DomainLifecycleDetail detail, DomainNote note, string? killedBecause) => detail switch
    {
        DomainLifecycleDetail.StoppedShutdown when _shutdown == DomainLifecycleDetail.ShutdownHost =>
            new VmExit(VmExitReason.Killed, killedBecause ?? "QEMU was terminated by a signal from outside"),
        DomainLifecycleDetail.StoppedShutdown when note.PowerDownRequested =>
            new VmExit(VmExitReason.PoweredOff, "the guest shut down when asked to"),
        DomainLifecycleDetail.StoppedShutdown when _powerButtonPressed =>
            new VmExit(VmExitReason.GuestShutdown, "the guest shut down when somebody asked it to (virsh shutdown)"),
        DomainLifecycleDetail.StoppedShutdown => new VmExit(VmExitReason.GuestShutdown, "the guest shut itself down"),
        DomainLifecycleDetail.StoppedCrashed when _panicked => new VmExit(VmExitReason.GuestPanic, "the guest's kernel panicked"),
        DomainLifecycleDetail.StoppedDestroyed => new VmExit(VmExitReason.Killed, killedBecause ?? "somebody destroyed it (virsh destroy)"),
        DomainLifecycleDetail.StoppedSaved => new VmExit(VmExitReason.Killed, "somebody saved it to a file (virsh save)"),
        DomainLifecycleDetail.StoppedMigrated => new VmExit(VmExitReason.Killed, "somebody migrated it to another host"),
        DomainLifecycleDetail.StoppedFailed or DomainLifecycleDetail.StoppedCrashed => killedBecause is null
            ? new VmExit(VmExitReason.HypervisorCrashed, $"QEMU died under the guest; libvirt keeps its last words: /var/log/libvirt/qemu/{note.Instance}.log")
            : new VmExit(VmExitReason.Killed, killedBecause),
        var other => new VmExit(VmExitReason.Unknown, $"libvirt says {other}"),
    };
}

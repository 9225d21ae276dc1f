namespace Orchestrator.Drivers;

/// <summary>How a machine ended.</summary>
/// <param name="Reason">The kind of end, the same words for every driver.</param>
/// <param name="Detail">What the hypervisor said, for a person; empty when it said nothing.</param>
public sealed record VmExit(VmExitReason Reason, string Detail);

/// <summary>Why a machine is over.</summary>
public enum VmExitReason
{
    /// <summary>It ended while nobody could see how.</summary>
    Unknown,

    /// <summary>The guest shut itself down (or rebooted, where the instance says that a reboot ends it).</summary>
    GuestShutdown,

    /// <summary>The guest's kernel panicked.</summary>
    GuestPanic,

    /// <summary>The guest shut down after the power button was pressed through this contract.</summary>
    PoweredOff,

    /// <summary>It was ended from outside: <see cref="IVirtualMachine.KillAsync"/>, or someone else's command.</summary>
    Killed,

    /// <summary>The hypervisor process died under the guest.</summary>
    HypervisorCrashed,
}

namespace Libvirt;

/// <summary>What a domain has and has used: <c>virDomainInfo</c>.</summary>
/// <param name="State">What it does.</param>
/// <param name="MaximumMemoryKiB">The memory it may have, in KiB.</param>
/// <param name="MemoryKiB">The memory it has, in KiB.</param>
/// <param name="VirtualCpus">The number of its virtual processors.</param>
/// <param name="CpuTime">The host processor time it has used.</param>
public sealed record DomainInfo(DomainState State, long MaximumMemoryKiB, long MemoryKiB, int VirtualCpus, TimeSpan CpuTime);

/// <summary>The sizes of a domain's disk: <c>virDomainBlockInfo</c>.</summary>
/// <param name="CapacityBytes">What the guest sees.</param>
/// <param name="AllocationBytes">What it takes on the host's storage, or the end of what was written to it.</param>
/// <param name="PhysicalBytes">The size of the file or device that holds it.</param>
public sealed record DomainBlockInfo(long CapacityBytes, long AllocationBytes, long PhysicalBytes);

/// <summary>What a domain does: <c>virDomainState</c>.</summary>
public enum DomainState
{
    /// <summary>Unknown (<c>VIR_DOMAIN_NOSTATE</c>).</summary>
    NoState = 0,

    /// <summary>Its processors run (<c>VIR_DOMAIN_RUNNING</c>).</summary>
    Running = 1,

    /// <summary>Waiting for a resource (Xen) (<c>VIR_DOMAIN_BLOCKED</c>).</summary>
    Blocked = 2,

    /// <summary>Exists, and executes nothing (<c>VIR_DOMAIN_PAUSED</c>).</summary>
    Paused = 3,

    /// <summary>Being shut down (<c>VIR_DOMAIN_SHUTDOWN</c>).</summary>
    ShuttingDown = 4,

    /// <summary>Not running (<c>VIR_DOMAIN_SHUTOFF</c>).</summary>
    ShutOff = 5,

    /// <summary>Crashed and kept (<c>VIR_DOMAIN_CRASHED</c>).</summary>
    Crashed = 6,

    /// <summary>Suspended by its guest's power management (<c>VIR_DOMAIN_PMSUSPENDED</c>).</summary>
    PmSuspended = 7,
}

namespace Libvirt;

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

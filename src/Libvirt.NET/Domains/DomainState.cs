namespace Libvirt;

/// <summary>What a domain does: those of <c>virDomainState</c> that are told apart.</summary>
public enum DomainState
{
    /// <summary>Its processors run (<c>VIR_DOMAIN_RUNNING</c>).</summary>
    Running = 1,

    /// <summary>Exists, and executes nothing (<c>VIR_DOMAIN_PAUSED</c>).</summary>
    Paused = 3,

    /// <summary>Not running (<c>VIR_DOMAIN_SHUTOFF</c>).</summary>
    ShutOff = 5,

    /// <summary>Crashed and kept (<c>VIR_DOMAIN_CRASHED</c>).</summary>
    Crashed = 6,

    /// <summary>Suspended by its guest's power management (<c>VIR_DOMAIN_PMSUSPENDED</c>).</summary>
    PmSuspended = 7,
}

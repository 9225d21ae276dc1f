namespace Libvirt;

/// <summary>What happened in a domain's life: <c>virDomainEventType</c>.</summary>
public enum DomainLifecycle
{
    /// <summary>Its persistent configuration was made or changed (<c>VIR_DOMAIN_EVENT_DEFINED</c>).</summary>
    Defined = 0,

    /// <summary>Its persistent configuration was removed (<c>VIR_DOMAIN_EVENT_UNDEFINED</c>).</summary>
    Undefined = 1,

    /// <summary>It was started, running or paused (<c>VIR_DOMAIN_EVENT_STARTED</c>).</summary>
    Started = 2,

    /// <summary>It was paused (<c>VIR_DOMAIN_EVENT_SUSPENDED</c>).</summary>
    Suspended = 3,

    /// <summary>It runs again, or for the first time after being created paused (<c>VIR_DOMAIN_EVENT_RESUMED</c>).</summary>
    Resumed = 4,

    /// <summary>Nothing of it runs any more (<c>VIR_DOMAIN_EVENT_STOPPED</c>).</summary>
    Stopped = 5,

    /// <summary>Its guest has finished shutting down, its hypervisor not yet (<c>VIR_DOMAIN_EVENT_SHUTDOWN</c>).</summary>
    Shutdown = 6,

    /// <summary>Its guest suspended it (<c>VIR_DOMAIN_EVENT_PMSUSPENDED</c>).</summary>
    PmSuspended = 7,

    /// <summary>Its guest crashed (<c>VIR_DOMAIN_EVENT_CRASHED</c>).</summary>
    Crashed = 8,
}

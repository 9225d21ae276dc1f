namespace Libvirt;

/// <summary>What happened in a domain's life: those of <c>virDomainEventType</c> that are told apart.</summary>
public enum DomainLifecycle
{
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

    /// <summary>Its guest crashed (<c>VIR_DOMAIN_EVENT_CRASHED</c>).</summary>
    Crashed = 8,
}

/// <summary>
/// Why it happened: those of the <c>virDomainEvent*DetailType</c> enumerations that are told apart, in one; the <see cref="DomainLifecycle"/> in the
/// high byte, the detail in the low.
/// </summary>
public enum DomainLifecycleDetail
{
    /// <summary>Someone asked (<c>VIR_DOMAIN_EVENT_SUSPENDED_PAUSED</c>).</summary>
    SuspendedPaused = 0x300,

    /// <summary>It shut down by itself (<c>VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN</c>).</summary>
    StoppedShutdown = 0x500,

    /// <summary>It was destroyed (<c>VIR_DOMAIN_EVENT_STOPPED_DESTROYED</c>).</summary>
    StoppedDestroyed = 0x501,

    /// <summary>Its guest or its hypervisor crashed (<c>VIR_DOMAIN_EVENT_STOPPED_CRASHED</c>).</summary>
    StoppedCrashed = 0x502,

    /// <summary>It went to another host (<c>VIR_DOMAIN_EVENT_STOPPED_MIGRATED</c>).</summary>
    StoppedMigrated = 0x503,

    /// <summary>It was saved (<c>VIR_DOMAIN_EVENT_STOPPED_SAVED</c>).</summary>
    StoppedSaved = 0x504,

    /// <summary>It could not be started, or the daemon lost it (<c>VIR_DOMAIN_EVENT_STOPPED_FAILED</c>).</summary>
    StoppedFailed = 0x505,

    /// <summary>From a snapshot taken shut off (<c>VIR_DOMAIN_EVENT_STOPPED_FROM_SNAPSHOT</c>).</summary>
    StoppedFromSnapshot = 0x506,

    /// <summary>Who caused it is not known (<c>VIR_DOMAIN_EVENT_SHUTDOWN_FINISHED</c>).</summary>
    ShutdownFinished = 0x600,

    /// <summary>The guest did it (<c>VIR_DOMAIN_EVENT_SHUTDOWN_GUEST</c>).</summary>
    ShutdownGuest = 0x601,

    /// <summary>A signal to, or a command of, the hypervisor did it (<c>VIR_DOMAIN_EVENT_SHUTDOWN_HOST</c>).</summary>
    ShutdownHost = 0x602,
}

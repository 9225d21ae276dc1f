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

/// <summary>
/// Why it happened: the <c>virDomainEvent*DetailType</c> enumerations in one; the <see cref="DomainLifecycle"/> in the high byte, the
/// detail in the low.
/// </summary>
public enum DomainLifecycleDetail
{
    /// <summary>New (<c>VIR_DOMAIN_EVENT_DEFINED_ADDED</c>).</summary>
    DefinedAdded = 0x000,

    /// <summary>Changed (<c>VIR_DOMAIN_EVENT_DEFINED_UPDATED</c>).</summary>
    DefinedUpdated = 0x001,

    /// <summary>Under a new name (<c>VIR_DOMAIN_EVENT_DEFINED_RENAMED</c>).</summary>
    DefinedRenamed = 0x002,

    /// <summary>From a snapshot (<c>VIR_DOMAIN_EVENT_DEFINED_FROM_SNAPSHOT</c>).</summary>
    DefinedFromSnapshot = 0x003,

    /// <summary>Removed (<c>VIR_DOMAIN_EVENT_UNDEFINED_REMOVED</c>).</summary>
    UndefinedRemoved = 0x100,

    /// <summary>Under its old name (<c>VIR_DOMAIN_EVENT_UNDEFINED_RENAMED</c>).</summary>
    UndefinedRenamed = 0x101,

    /// <summary>From nothing (<c>VIR_DOMAIN_EVENT_STARTED_BOOTED</c>).</summary>
    StartedBooted = 0x200,

    /// <summary>From another host (<c>VIR_DOMAIN_EVENT_STARTED_MIGRATED</c>).</summary>
    StartedMigrated = 0x201,

    /// <summary>From a saved state (<c>VIR_DOMAIN_EVENT_STARTED_RESTORED</c>).</summary>
    StartedRestored = 0x202,

    /// <summary>From a snapshot (<c>VIR_DOMAIN_EVENT_STARTED_FROM_SNAPSHOT</c>).</summary>
    StartedFromSnapshot = 0x203,

    /// <summary>Woken (<c>VIR_DOMAIN_EVENT_STARTED_WAKEUP</c>).</summary>
    StartedWakeup = 0x204,

    /// <summary>Someone asked (<c>VIR_DOMAIN_EVENT_SUSPENDED_PAUSED</c>).</summary>
    SuspendedPaused = 0x300,

    /// <summary>For a migration (<c>VIR_DOMAIN_EVENT_SUSPENDED_MIGRATED</c>).</summary>
    SuspendedMigrated = 0x301,

    /// <summary>A disk error, as when the host's storage is full (<c>VIR_DOMAIN_EVENT_SUSPENDED_IOERROR</c>).</summary>
    SuspendedIoError = 0x302,

    /// <summary>The watchdog fired (<c>VIR_DOMAIN_EVENT_SUSPENDED_WATCHDOG</c>).</summary>
    SuspendedWatchdog = 0x303,

    /// <summary>Restored from a state saved paused (<c>VIR_DOMAIN_EVENT_SUSPENDED_RESTORED</c>).</summary>
    SuspendedRestored = 0x304,

    /// <summary>From a snapshot taken paused (<c>VIR_DOMAIN_EVENT_SUSPENDED_FROM_SNAPSHOT</c>).</summary>
    SuspendedFromSnapshot = 0x305,

    /// <summary>A command failed and could not be undone (<c>VIR_DOMAIN_EVENT_SUSPENDED_API_ERROR</c>).</summary>
    SuspendedApiError = 0x306,

    /// <summary>For post-copy migration (<c>VIR_DOMAIN_EVENT_SUSPENDED_POSTCOPY</c>).</summary>
    SuspendedPostcopy = 0x307,

    /// <summary>After a failed post-copy migration (<c>VIR_DOMAIN_EVENT_SUSPENDED_POSTCOPY_FAILED</c>).</summary>
    SuspendedPostcopyFailed = 0x308,

    /// <summary>Someone asked (<c>VIR_DOMAIN_EVENT_RESUMED_UNPAUSED</c>).</summary>
    ResumedUnpaused = 0x400,

    /// <summary>After a migration (<c>VIR_DOMAIN_EVENT_RESUMED_MIGRATED</c>).</summary>
    ResumedMigrated = 0x401,

    /// <summary>From a snapshot (<c>VIR_DOMAIN_EVENT_RESUMED_FROM_SNAPSHOT</c>).</summary>
    ResumedFromSnapshot = 0x402,

    /// <summary>In post-copy migration (<c>VIR_DOMAIN_EVENT_RESUMED_POSTCOPY</c>).</summary>
    ResumedPostcopy = 0x403,

    /// <summary>After a failed post-copy migration (<c>VIR_DOMAIN_EVENT_RESUMED_POSTCOPY_FAILED</c>).</summary>
    ResumedPostcopyFailed = 0x404,

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

    /// <summary>To memory (<c>VIR_DOMAIN_EVENT_PMSUSPENDED_MEMORY</c>).</summary>
    PmSuspendedMemory = 0x700,

    /// <summary>To disk (<c>VIR_DOMAIN_EVENT_PMSUSPENDED_DISK</c>).</summary>
    PmSuspendedDisk = 0x701,

    /// <summary>The kernel panicked (<c>VIR_DOMAIN_EVENT_CRASHED_PANICKED</c>).</summary>
    CrashedPanicked = 0x800,

    /// <summary>A crash kernel took over (<c>VIR_DOMAIN_EVENT_CRASHED_CRASHLOADED</c>).</summary>
    CrashedCrashLoaded = 0x801,
}

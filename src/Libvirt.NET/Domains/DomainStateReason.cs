namespace Libvirt;

/// <summary>
/// Why a domain is in its state: the <c>virDomain*Reason</c> enumerations in one; the state in the high byte, the reason in the low.
/// </summary>
public enum DomainStateReason
{
    /// <summary>Unknown (<c>VIR_DOMAIN_NOSTATE_UNKNOWN</c>).</summary>
    NoStateUnknown = 0x000,

    /// <summary>Unknown (<c>VIR_DOMAIN_RUNNING_UNKNOWN</c>).</summary>
    RunningUnknown = 0x100,

    /// <summary>Started from nothing (<c>VIR_DOMAIN_RUNNING_BOOTED</c>).</summary>
    RunningBooted = 0x101,

    /// <summary>Came from another host (<c>VIR_DOMAIN_RUNNING_MIGRATED</c>).</summary>
    RunningMigrated = 0x102,

    /// <summary>Restored from a saved state (<c>VIR_DOMAIN_RUNNING_RESTORED</c>).</summary>
    RunningRestored = 0x103,

    /// <summary>Restored from a snapshot (<c>VIR_DOMAIN_RUNNING_FROM_SNAPSHOT</c>).</summary>
    RunningFromSnapshot = 0x104,

    /// <summary>Resumed (<c>VIR_DOMAIN_RUNNING_UNPAUSED</c>).</summary>
    RunningUnpaused = 0x105,

    /// <summary>Goes on after a migration was called off (<c>VIR_DOMAIN_RUNNING_MIGRATION_CANCELED</c>).</summary>
    RunningMigrationCanceled = 0x106,

    /// <summary>Goes on after a save was called off (<c>VIR_DOMAIN_RUNNING_SAVE_CANCELED</c>).</summary>
    RunningSaveCanceled = 0x107,

    /// <summary>Woken by an event (<c>VIR_DOMAIN_RUNNING_WAKEUP</c>).</summary>
    RunningWakeup = 0x108,

    /// <summary>Goes on after a crash (<c>VIR_DOMAIN_RUNNING_CRASHED</c>).</summary>
    RunningCrashed = 0x109,

    /// <summary>In post-copy migration (<c>VIR_DOMAIN_RUNNING_POSTCOPY</c>).</summary>
    RunningPostcopy = 0x10a,

    /// <summary>After a failed post-copy migration (<c>VIR_DOMAIN_RUNNING_POSTCOPY_FAILED</c>).</summary>
    RunningPostcopyFailed = 0x10b,

    /// <summary>Unknown (<c>VIR_DOMAIN_BLOCKED_UNKNOWN</c>).</summary>
    BlockedUnknown = 0x200,

    /// <summary>Unknown (<c>VIR_DOMAIN_PAUSED_UNKNOWN</c>).</summary>
    PausedUnknown = 0x300,

    /// <summary>Someone asked, or it was created paused (<c>VIR_DOMAIN_PAUSED_USER</c>).</summary>
    PausedUser = 0x301,

    /// <summary>For a migration (<c>VIR_DOMAIN_PAUSED_MIGRATION</c>).</summary>
    PausedMigration = 0x302,

    /// <summary>For a save (<c>VIR_DOMAIN_PAUSED_SAVE</c>).</summary>
    PausedSave = 0x303,

    /// <summary>For a core dump (<c>VIR_DOMAIN_PAUSED_DUMP</c>).</summary>
    PausedDump = 0x304,

    /// <summary>A disk error, as when the host's storage is full (<c>VIR_DOMAIN_PAUSED_IOERROR</c>).</summary>
    PausedIoError = 0x305,

    /// <summary>The watchdog fired (<c>VIR_DOMAIN_PAUSED_WATCHDOG</c>).</summary>
    PausedWatchdog = 0x306,

    /// <summary>Restored from a snapshot taken paused (<c>VIR_DOMAIN_PAUSED_FROM_SNAPSHOT</c>).</summary>
    PausedFromSnapshot = 0x307,

    /// <summary>During its shutdown (<c>VIR_DOMAIN_PAUSED_SHUTTING_DOWN</c>).</summary>
    PausedShuttingDown = 0x308,

    /// <summary>While a snapshot is taken (<c>VIR_DOMAIN_PAUSED_SNAPSHOT</c>).</summary>
    PausedSnapshot = 0x309,

    /// <summary>The guest crashed (<c>VIR_DOMAIN_PAUSED_CRASHED</c>).</summary>
    PausedCrashed = 0x30a,

    /// <summary>Being started (<c>VIR_DOMAIN_PAUSED_STARTING_UP</c>).</summary>
    PausedStartingUp = 0x30b,

    /// <summary>For post-copy migration (<c>VIR_DOMAIN_PAUSED_POSTCOPY</c>).</summary>
    PausedPostcopy = 0x30c,

    /// <summary>After a failed post-copy migration (<c>VIR_DOMAIN_PAUSED_POSTCOPY_FAILED</c>).</summary>
    PausedPostcopyFailed = 0x30d,

    /// <summary>Unknown (<c>VIR_DOMAIN_SHUTDOWN_UNKNOWN</c>).</summary>
    ShuttingDownUnknown = 0x400,

    /// <summary>Someone asked (<c>VIR_DOMAIN_SHUTDOWN_USER</c>).</summary>
    ShuttingDownUser = 0x401,

    /// <summary>Unknown (<c>VIR_DOMAIN_SHUTOFF_UNKNOWN</c>).</summary>
    ShutOffUnknown = 0x500,

    /// <summary>It shut down by itself (<c>VIR_DOMAIN_SHUTOFF_SHUTDOWN</c>).</summary>
    ShutOffShutdown = 0x501,

    /// <summary>It was destroyed (<c>VIR_DOMAIN_SHUTOFF_DESTROYED</c>).</summary>
    ShutOffDestroyed = 0x502,

    /// <summary>It crashed (<c>VIR_DOMAIN_SHUTOFF_CRASHED</c>).</summary>
    ShutOffCrashed = 0x503,

    /// <summary>It went to another host (<c>VIR_DOMAIN_SHUTOFF_MIGRATED</c>).</summary>
    ShutOffMigrated = 0x504,

    /// <summary>It was saved (<c>VIR_DOMAIN_SHUTOFF_SAVED</c>).</summary>
    ShutOffSaved = 0x505,

    /// <summary>It could not be started (<c>VIR_DOMAIN_SHUTOFF_FAILED</c>).</summary>
    ShutOffFailed = 0x506,

    /// <summary>Restored from a snapshot taken shut off (<c>VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT</c>).</summary>
    ShutOffFromSnapshot = 0x507,

    /// <summary>The daemon lost it while restarting (<c>VIR_DOMAIN_SHUTOFF_DAEMON</c>).</summary>
    ShutOffDaemon = 0x508,

    /// <summary>Unknown (<c>VIR_DOMAIN_CRASHED_UNKNOWN</c>).</summary>
    CrashedUnknown = 0x600,

    /// <summary>The guest's kernel panicked (<c>VIR_DOMAIN_CRASHED_PANICKED</c>).</summary>
    CrashedPanicked = 0x601,

    /// <summary>Unknown (<c>VIR_DOMAIN_PMSUSPENDED_UNKNOWN</c>).</summary>
    PmSuspendedUnknown = 0x700,
}

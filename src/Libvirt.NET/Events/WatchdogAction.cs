namespace Libvirt;

/// <summary>What a watchdog device did to its domain: <c>virDomainEventWatchdogAction</c>.</summary>
public enum WatchdogAction
{
    /// <summary>Nothing (<c>VIR_DOMAIN_EVENT_WATCHDOG_NONE</c>).</summary>
    None = 0,

    /// <summary>Paused it (<c>VIR_DOMAIN_EVENT_WATCHDOG_PAUSE</c>).</summary>
    Pause = 1,

    /// <summary>Reset it (<c>VIR_DOMAIN_EVENT_WATCHDOG_RESET</c>).</summary>
    Reset = 2,

    /// <summary>Powered it off (<c>VIR_DOMAIN_EVENT_WATCHDOG_POWEROFF</c>).</summary>
    PowerOff = 3,

    /// <summary>Asked its guest to shut down (<c>VIR_DOMAIN_EVENT_WATCHDOG_SHUTDOWN</c>).</summary>
    Shutdown = 4,

    /// <summary>Wrote to a log (<c>VIR_DOMAIN_EVENT_WATCHDOG_DEBUG</c>).</summary>
    Debug = 5,

    /// <summary>Injected a non-maskable interrupt (<c>VIR_DOMAIN_EVENT_WATCHDOG_INJECTNMI</c>).</summary>
    InjectNmi = 6,
}

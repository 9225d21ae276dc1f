namespace Libvirt;

/// <summary>Kinds of <see cref="DomainEvent"/> to subscribe to: <c>1 &lt;&lt; virDomainEventID</c>.</summary>
[Flags]
public enum DomainEventKinds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>
    /// Started, paused, resumed, stopped, …: <see cref="DomainEvent.LifecycleChanged"/> (<c>VIR_DOMAIN_EVENT_ID_LIFECYCLE</c>).
    /// </summary>
    Lifecycle = 1 << 0,

    /// <summary>The guest restarted: <see cref="DomainEvent.Rebooted"/> (<c>VIR_DOMAIN_EVENT_ID_REBOOT</c>).</summary>
    Reboot = 1 << 1,

    /// <summary>A watchdog device fired: <see cref="DomainEvent.WatchdogFired"/> (<c>VIR_DOMAIN_EVENT_ID_WATCHDOG</c>).</summary>
    Watchdog = 1 << 3,

    /// <summary>
    /// A disk request failed on the host: <see cref="DomainEvent.IoFailed"/> (<c>VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON</c>).
    /// </summary>
    IoError = 1 << 6,

    /// <summary>
    /// The daemon lost its grip on the hypervisor: <see cref="DomainEvent.ControlFailed"/> (<c>VIR_DOMAIN_EVENT_ID_CONTROL_ERROR</c>).
    /// </summary>
    ControlError = 1 << 7,

    /// <summary>A removable drive's tray moved: <see cref="DomainEvent.TrayChanged"/> (<c>VIR_DOMAIN_EVENT_ID_TRAY_CHANGE</c>).</summary>
    TrayChange = 1 << 10,

    /// <summary>A device is gone: <see cref="DomainEvent.DeviceRemoved"/> (<c>VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED</c>).</summary>
    DeviceRemoved = 1 << 15,

    /// <summary>
    /// The guest agent came or went, libvirt 1.2.11: <see cref="DomainEvent.AgentChanged"/> (<c>VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE</c>).
    /// </summary>
    AgentLifecycle = 1 << 18,

    /// <summary>
    /// A device was added, libvirt 1.2.15: <see cref="DomainEvent.DeviceAdded"/> (<c>VIR_DOMAIN_EVENT_ID_DEVICE_ADDED</c>).
    /// </summary>
    DeviceAdded = 1 << 19,

    /// <summary>
    /// The guest kept a device, libvirt 1.3.4: <see cref="DomainEvent.DeviceRemovalFailed"/>
    /// (<c>VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED</c>).
    /// </summary>
    DeviceRemovalFailed = 1 << 22,

    /// <summary>
    /// Title, description or metadata changed, libvirt 3.0.0: <see cref="DomainEvent.MetadataChanged"/>
    /// (<c>VIR_DOMAIN_EVENT_ID_METADATA_CHANGE</c>).
    /// </summary>
    MetadataChange = 1 << 23,

    /// <summary>All of these.</summary>
    All = Lifecycle | Reboot | Watchdog | IoError | ControlError | TrayChange
        | DeviceRemoved | AgentLifecycle | DeviceAdded | DeviceRemovalFailed | MetadataChange,
}

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

    /// <summary>
    /// A disk request failed on the host: <see cref="DomainEvent.IoFailed"/> (<c>VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON</c>).
    /// </summary>
    IoError = 1 << 6,

    /// <summary>A removable drive's tray moved: <see cref="DomainEvent.TrayChanged"/> (<c>VIR_DOMAIN_EVENT_ID_TRAY_CHANGE</c>).</summary>
    TrayChange = 1 << 10,

    /// <summary>
    /// Title, description or metadata changed, libvirt 3.0.0: <see cref="DomainEvent.MetadataChanged"/>
    /// (<c>VIR_DOMAIN_EVENT_ID_METADATA_CHANGE</c>).
    /// </summary>
    MetadataChange = 1 << 23,

    /// <summary>All of these.</summary>
    All = Lifecycle | Reboot | IoError | TrayChange | MetadataChange,
}

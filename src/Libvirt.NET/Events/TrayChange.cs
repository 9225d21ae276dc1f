namespace Libvirt;

/// <summary>How a tray moved: <c>virDomainEventTrayChangeReason</c>.</summary>
public enum TrayChange
{
    /// <summary>It opened (<c>VIR_DOMAIN_EVENT_TRAY_CHANGE_OPEN</c>).</summary>
    Opened = 0,

    /// <summary>It closed (<c>VIR_DOMAIN_EVENT_TRAY_CHANGE_CLOSE</c>).</summary>
    Closed = 1,
}

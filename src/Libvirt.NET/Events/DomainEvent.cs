namespace Libvirt;

/// <summary>Something that happened to a domain. A closed hierarchy: a <c>switch</c> over the nested types is complete.</summary>
public abstract record DomainEvent
{
    private DomainEvent(Guid domain)
    {
        Domain = domain;
    }

    /// <summary>The UUID of the domain.</summary>
    public Guid Domain { get; }

    /// <summary>It was started, paused, resumed, stopped, … (<c>virConnectDomainEventCallback</c>).</summary>
    /// <param name="Domain">The domain's UUID.</param>
    /// <param name="Change">What happened.</param>
    /// <param name="Detail">Why; a value without a name is one that is not told apart.</param>
    public sealed record LifecycleChanged(Guid Domain, DomainLifecycle Change, DomainLifecycleDetail Detail) : DomainEvent(Domain);

    /// <summary>Its guest restarted; the domain goes on (<c>VIR_DOMAIN_EVENT_ID_REBOOT</c>).</summary>
    /// <param name="Domain">The domain's UUID.</param>
    public sealed record Rebooted(Guid Domain) : DomainEvent(Domain);

    /// <summary>A disk request failed on the host (<c>virConnectDomainEventIOErrorReasonCallback</c>).</summary>
    /// <param name="Domain">The domain's UUID.</param>
    /// <param name="Action">What that did.</param>
    /// <param name="Reason"><c>enospc</c> when the host's storage is full, otherwise empty.</param>
    public sealed record IoFailed(Guid Domain, IoErrorAction Action, string Reason) : DomainEvent(Domain);

    /// <summary>
    /// A removable drive's tray moved: by the guest's doing, or as part of someone's change of the medium
    /// (<c>virConnectDomainEventTrayChangeCallback</c>).
    /// </summary>
    /// <param name="Domain">The domain's UUID.</param>
    /// <param name="DeviceAlias">The drive's alias in the live XML.</param>
    /// <param name="Change">Opened or closed.</param>
    public sealed record TrayChanged(Guid Domain, string DeviceAlias, TrayChange Change) : DomainEvent(Domain);

    /// <summary>Its title, description or metadata changed (<c>virConnectDomainEventMetadataChangeCallback</c>).</summary>
    /// <param name="Domain">The domain's UUID.</param>
    /// <param name="NamespaceUri">The metadata element's namespace; null for the others.</param>
    public sealed record MetadataChanged(Guid Domain, string? NamespaceUri) : DomainEvent(Domain);

    /// <summary>An event of QEMU's monitor (<c>virConnectDomainQemuMonitorEventCallback</c> of libvirt-qemu).</summary>
    /// <param name="Domain">The domain's UUID.</param>
    /// <param name="Name">The event's name in QMP, such as <c>POWERDOWN</c>.</param>
    /// <param name="Details">Its data, JSON; empty where it has none.</param>
    public sealed record MonitorEvent(Guid Domain, string Name, string Details) : DomainEvent(Domain);
}

/// <summary>What a failed disk request did to its domain: <c>virDomainEventIOErrorAction</c>, of which one is told apart.</summary>
public enum IoErrorAction
{
    /// <summary>Paused it (<c>VIR_DOMAIN_EVENT_IO_ERROR_PAUSE</c>).</summary>
    Pause = 1,
}

/// <summary>How a tray moved: <c>virDomainEventTrayChangeReason</c>.</summary>
public enum TrayChange
{
    /// <summary>It opened (<c>VIR_DOMAIN_EVENT_TRAY_CHANGE_OPEN</c>).</summary>
    Opened = 0,

    /// <summary>It closed (<c>VIR_DOMAIN_EVENT_TRAY_CHANGE_CLOSE</c>).</summary>
    Closed = 1,
}

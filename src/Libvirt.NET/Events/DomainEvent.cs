using Libvirt.Interop;

namespace Libvirt;

/// <summary>Something that happened to a domain. A closed hierarchy: a <c>switch</c> over the nested types is complete.</summary>
public abstract record DomainEvent
{
    private DomainEvent(DomainReference domain)
    {
        Domain = domain;
    }

    /// <summary>The domain.</summary>
    public DomainReference Domain { get; }

    /// <summary>It was started, paused, resumed, stopped, … (<c>virConnectDomainEventCallback</c>).</summary>
    /// <param name="Domain">The domain.</param>
    /// <param name="Change">What happened.</param>
    /// <param name="Detail">Why; a value without a name is one that a newer libvirt has added.</param>
    public sealed record LifecycleChanged(DomainReference Domain, DomainLifecycle Change, DomainLifecycleDetail Detail)
        : DomainEvent(Domain);

    /// <summary>Its guest restarted; the domain goes on (<c>VIR_DOMAIN_EVENT_ID_REBOOT</c>).</summary>
    /// <param name="Domain">The domain.</param>
    public sealed record Rebooted(DomainReference Domain) : DomainEvent(Domain);

    /// <summary>Its watchdog device fired (<c>virConnectDomainEventWatchdogCallback</c>).</summary>
    /// <param name="Domain">The domain.</param>
    /// <param name="Action">What that did.</param>
    public sealed record WatchdogFired(DomainReference Domain, WatchdogAction Action) : DomainEvent(Domain);

    /// <summary>A disk request failed on the host (<c>virConnectDomainEventIOErrorReasonCallback</c>).</summary>
    /// <param name="Domain">The domain.</param>
    /// <param name="Source">The file or device on the host.</param>
    /// <param name="DeviceAlias">The device's alias in the live XML.</param>
    /// <param name="Action">What that did.</param>
    /// <param name="Reason"><c>enospc</c> when the host's storage is full, otherwise empty.</param>
    public sealed record IoFailed(DomainReference Domain, string Source, string DeviceAlias, IoErrorAction Action, string Reason)
        : DomainEvent(Domain);

    /// <summary>The daemon lost its monitor connection to the hypervisor (<c>VIR_DOMAIN_EVENT_ID_CONTROL_ERROR</c>).</summary>
    /// <param name="Domain">The domain.</param>
    public sealed record ControlFailed(DomainReference Domain) : DomainEvent(Domain);

    /// <summary>
    /// A removable drive's tray moved: by the guest's doing, or as part of someone's change of the medium
    /// (<c>virConnectDomainEventTrayChangeCallback</c>).
    /// </summary>
    /// <param name="Domain">The domain.</param>
    /// <param name="DeviceAlias">The drive's alias in the live XML.</param>
    /// <param name="Change">Opened or closed.</param>
    public sealed record TrayChanged(DomainReference Domain, string DeviceAlias, TrayChange Change) : DomainEvent(Domain);

    /// <summary>A device was added (<c>virConnectDomainEventDeviceAddedCallback</c>).</summary>
    /// <param name="Domain">The domain.</param>
    /// <param name="DeviceAlias">The device's alias in the live XML.</param>
    public sealed record DeviceAdded(DomainReference Domain, string DeviceAlias) : DomainEvent(Domain);

    /// <summary>The guest has let a device go, and it is gone (<c>virConnectDomainEventDeviceRemovedCallback</c>).</summary>
    /// <param name="Domain">The domain.</param>
    /// <param name="DeviceAlias">The device's alias in the XML it was in.</param>
    public sealed record DeviceRemoved(DomainReference Domain, string DeviceAlias) : DomainEvent(Domain);

    /// <summary>The guest refused to let a device go (<c>virConnectDomainEventDeviceRemovalFailedCallback</c>).</summary>
    /// <param name="Domain">The domain.</param>
    /// <param name="DeviceAlias">The device's alias in the live XML.</param>
    public sealed record DeviceRemovalFailed(DomainReference Domain, string DeviceAlias) : DomainEvent(Domain);

    /// <summary>Its guest agent came or went (<c>virConnectDomainEventAgentLifecycleCallback</c>).</summary>
    /// <param name="Domain">The domain.</param>
    /// <param name="State">Which of the two.</param>
    /// <param name="Reason">Why.</param>
    public sealed record AgentChanged(DomainReference Domain, AgentState State, AgentChangeReason Reason) : DomainEvent(Domain);

    /// <summary>Its title, description or metadata changed (<c>virConnectDomainEventMetadataChangeCallback</c>).</summary>
    /// <param name="Domain">The domain.</param>
    /// <param name="Kind">Which of the three.</param>
    /// <param name="NamespaceUri">The metadata element's namespace; null for the others.</param>
    public sealed record MetadataChanged(DomainReference Domain, MetadataKind Kind, string? NamespaceUri) : DomainEvent(Domain);

    /// <summary>An event of QEMU's monitor (<c>virConnectDomainQemuMonitorEventCallback</c> of libvirt-qemu).</summary>
    /// <param name="Domain">The domain.</param>
    /// <param name="Name">The event's name in QMP, such as <c>POWERDOWN</c>.</param>
    /// <param name="Details">Its data, JSON; empty where it has none.</param>
    public sealed record MonitorEvent(DomainReference Domain, string Name, string Details) : DomainEvent(Domain);
}

/// <summary>Which domain an event is about, as it was when the event came.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uuid">Its UUID.</param>
/// <param name="Id">Its number; -1 if it does not run. An event about its end may have either.</param>
public sealed record DomainReference(string Name, Guid Uuid, int Id)
{
    /// <summary>Copies what a callback's borrowed <c>virDomainPtr</c> knows by itself; none of this asks the daemon.</summary>
    internal static unsafe DomainReference Read(nint domain)
    {
        Span<byte> uuid = stackalloc byte[16];
        fixed (byte* bytes = uuid)
        {
            _ = NativeMethods.GetBorrowedDomainUuid(domain, bytes);
        }

        var name = NativeStrings.Read(NativeMethods.GetBorrowedDomainName(domain)) ?? "";
        return new DomainReference(name, new Guid(uuid, bigEndian: true), (int)NativeMethods.GetBorrowedDomainId(domain));
    }
}

/// <summary>Whether the guest agent is there: <c>virConnectDomainEventAgentLifecycleState</c>.</summary>
public enum AgentState
{
    /// <summary>It is (<c>VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_CONNECTED</c>).</summary>
    Connected = 1,

    /// <summary>It is not (<c>VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_DISCONNECTED</c>).</summary>
    Disconnected = 2,
}

/// <summary>Why the guest agent's state changed: <c>virConnectDomainEventAgentLifecycleReason</c>.</summary>
public enum AgentChangeReason
{
    /// <summary>Unknown (<c>VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_UNKNOWN</c>).</summary>
    Unknown = 0,

    /// <summary>The domain started (<c>VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_DOMAIN_STARTED</c>).</summary>
    DomainStarted = 1,

    /// <summary>The agent opened or closed its channel (<c>VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_CHANNEL</c>).</summary>
    Channel = 2,
}

/// <summary>What a failed disk request did to its domain: <c>virDomainEventIOErrorAction</c>.</summary>
public enum IoErrorAction
{
    /// <summary>Nothing (<c>VIR_DOMAIN_EVENT_IO_ERROR_NONE</c>).</summary>
    None = 0,

    /// <summary>Paused it (<c>VIR_DOMAIN_EVENT_IO_ERROR_PAUSE</c>).</summary>
    Pause = 1,

    /// <summary>Reported the error to its guest (<c>VIR_DOMAIN_EVENT_IO_ERROR_REPORT</c>).</summary>
    Report = 2,
}

/// <summary>How a tray moved: <c>virDomainEventTrayChangeReason</c>.</summary>
public enum TrayChange
{
    /// <summary>It opened (<c>VIR_DOMAIN_EVENT_TRAY_CHANGE_OPEN</c>).</summary>
    Opened = 0,

    /// <summary>It closed (<c>VIR_DOMAIN_EVENT_TRAY_CHANGE_CLOSE</c>).</summary>
    Closed = 1,
}

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

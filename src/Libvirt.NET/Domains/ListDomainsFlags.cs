namespace Libvirt;

/// <summary>Which domains to list: <c>virConnectListAllDomainsFlags</c>. Flags of one group widen, groups narrow.</summary>
[Flags]
public enum ListDomainsFlags
{
    /// <summary>All.</summary>
    None = 0,

    /// <summary>Running or paused (<c>VIR_CONNECT_LIST_DOMAINS_ACTIVE</c>).</summary>
    Active = 1 << 0,

    /// <summary>Neither (<c>VIR_CONNECT_LIST_DOMAINS_INACTIVE</c>).</summary>
    Inactive = 1 << 1,

    /// <summary>With a persistent configuration (<c>VIR_CONNECT_LIST_DOMAINS_PERSISTENT</c>).</summary>
    Persistent = 1 << 2,

    /// <summary>Without one (<c>VIR_CONNECT_LIST_DOMAINS_TRANSIENT</c>).</summary>
    Transient = 1 << 3,

    /// <summary>Running (<c>VIR_CONNECT_LIST_DOMAINS_RUNNING</c>).</summary>
    Running = 1 << 4,

    /// <summary>Paused (<c>VIR_CONNECT_LIST_DOMAINS_PAUSED</c>).</summary>
    Paused = 1 << 5,

    /// <summary>Shut off (<c>VIR_CONNECT_LIST_DOMAINS_SHUTOFF</c>).</summary>
    ShutOff = 1 << 6,

    /// <summary>In any other state (<c>VIR_CONNECT_LIST_DOMAINS_OTHER</c>).</summary>
    Other = 1 << 7,

    /// <summary>With a managed save (<c>VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE</c>).</summary>
    ManagedSave = 1 << 8,

    /// <summary>Without one (<c>VIR_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE</c>).</summary>
    NoManagedSave = 1 << 9,

    /// <summary>Started with the host (<c>VIR_CONNECT_LIST_DOMAINS_AUTOSTART</c>).</summary>
    Autostart = 1 << 10,

    /// <summary>Not started with the host (<c>VIR_CONNECT_LIST_DOMAINS_NO_AUTOSTART</c>).</summary>
    NoAutostart = 1 << 11,

    /// <summary>With snapshots (<c>VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT</c>).</summary>
    HasSnapshot = 1 << 12,

    /// <summary>Without snapshots (<c>VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT</c>).</summary>
    NoSnapshot = 1 << 13,
}

namespace Libvirt;

/// <summary>
/// The part of libvirt that raised an error: those of <c>virErrorDomain</c> in <c>virterror.h</c> that a host with QEMU meets.
/// </summary>
public enum LibvirtErrorDomain
{
    /// <summary>Unspecified (<c>VIR_FROM_NONE</c>).</summary>
    None = 0,

    /// <summary>Reading XML (<c>VIR_FROM_XML</c>).</summary>
    Xml = 5,

    /// <summary>An operation on a domain (<c>VIR_FROM_DOM</c>).</summary>
    Dom = 6,

    /// <summary>The remote protocol (<c>VIR_FROM_RPC</c>).</summary>
    Rpc = 7,

    /// <summary>Configuration files (<c>VIR_FROM_CONF</c>).</summary>
    Configuration = 9,

    /// <summary>The QEMU driver (<c>VIR_FROM_QEMU</c>).</summary>
    Qemu = 10,

    /// <summary>Virtual networks (<c>VIR_FROM_NET</c>).</summary>
    Network = 11,

    /// <summary>The test driver (<c>VIR_FROM_TEST</c>).</summary>
    Test = 12,

    /// <summary>The client side of the remote driver (<c>VIR_FROM_REMOTE</c>).</summary>
    Remote = 13,

    /// <summary>Storage pools and volumes (<c>VIR_FROM_STORAGE</c>).</summary>
    Storage = 18,

    /// <summary>A domain's configuration (<c>VIR_FROM_DOMAIN</c>).</summary>
    Domain = 20,

    /// <summary>Security labels: AppArmor, SELinux, file ownership (<c>VIR_FROM_SECURITY</c>).</summary>
    Security = 24,

    /// <summary>CPU models (<c>VIR_FROM_CPU</c>).</summary>
    Cpu = 31,

    /// <summary>Hook scripts (<c>VIR_FROM_HOOK</c>).</summary>
    Hook = 34,

    /// <summary>Streams (<c>VIR_FROM_STREAMS</c>).</summary>
    Streams = 38,

    /// <summary>The event loop (<c>VIR_FROM_EVENT</c>).</summary>
    Event = 40,

    /// <summary>Disk locks (<c>VIR_FROM_LOCKING</c>).</summary>
    Locking = 42,

    /// <summary>Capabilities (<c>VIR_FROM_CAPABILITIES</c>).</summary>
    Capabilities = 44,

    /// <summary>Connection URIs (<c>VIR_FROM_URI</c>).</summary>
    Uri = 45,

    /// <summary>Authentication (<c>VIR_FROM_AUTH</c>).</summary>
    Authentication = 46,

    /// <summary>D-Bus (<c>VIR_FROM_DBUS</c>).</summary>
    Dbus = 47,

    /// <summary>Host devices (<c>VIR_FROM_DEVICE</c>).</summary>
    Device = 49,

    /// <summary>The SSH transport (<c>VIR_FROM_SSH</c>).</summary>
    Ssh = 50,

    /// <summary>Who a client is (<c>VIR_FROM_IDENTITY</c>).</summary>
    Identity = 53,

    /// <summary>Control groups (<c>VIR_FROM_CGROUP</c>).</summary>
    Cgroup = 54,

    /// <summary>Access control (<c>VIR_FROM_ACCESS</c>).</summary>
    Access = 55,

    /// <summary>systemd (<c>VIR_FROM_SYSTEMD</c>).</summary>
    Systemd = 56,

    /// <summary>polkit (<c>VIR_FROM_POLKIT</c>).</summary>
    Polkit = 60,

    /// <summary>Threads (<c>VIR_FROM_THREAD</c>).</summary>
    Thread = 61,

    /// <summary>virtlogd (<c>VIR_FROM_LOGGING</c>).</summary>
    Logging = 63,
}

namespace Libvirt;

/// <summary>How to connect: <c>virConnectFlags</c>.</summary>
[Flags]
public enum ConnectionFlags
{
    /// <summary>Reads and writes.</summary>
    None = 0,

    /// <summary>Reads only (<c>VIR_CONNECT_RO</c>).</summary>
    ReadOnly = 1 << 0,

    /// <summary>Does not resolve aliases in <c>libvirt.conf</c> (<c>VIR_CONNECT_NO_ALIASES</c>).</summary>
    NoAliases = 1 << 1,
}

namespace Libvirt;

/// <summary>How to destroy a domain: <c>virDomainDestroyFlagsValues</c>.</summary>
[Flags]
public enum DomainDestroyFlags
{
    /// <summary>SIGTERM first, SIGKILL after some seconds (<c>VIR_DOMAIN_DESTROY_DEFAULT</c>).</summary>
    Default = 0,

    /// <summary>
    /// SIGTERM only: fails with <see cref="LibvirtErrorCode.ResourceBusy"/> rather than kill (<c>VIR_DOMAIN_DESTROY_GRACEFUL</c>).
    /// </summary>
    Graceful = 1 << 0,

    /// <summary>Removes the domain's log file too, libvirt 8.3.0 (<c>VIR_DOMAIN_DESTROY_REMOVE_LOGS</c>).</summary>
    RemoveLogs = 1 << 1,
}

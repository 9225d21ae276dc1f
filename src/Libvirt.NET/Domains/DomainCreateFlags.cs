namespace Libvirt;

/// <summary>How to start a domain: <c>virDomainCreateFlags</c>.</summary>
[Flags]
public enum DomainCreateFlags
{
    /// <summary>As the XML says (<c>VIR_DOMAIN_NONE</c>).</summary>
    None = 0,

    /// <summary>Executes nothing until <see cref="LibvirtDomain.Resume"/> (<c>VIR_DOMAIN_START_PAUSED</c>).</summary>
    Paused = 1 << 0,

    /// <summary>Destroyed when this connection closes, for whatever reason (<c>VIR_DOMAIN_START_AUTODESTROY</c>).</summary>
    AutoDestroy = 1 << 1,

    /// <summary>Avoids the file system's cache when restoring (<c>VIR_DOMAIN_START_BYPASS_CACHE</c>).</summary>
    BypassCache = 1 << 2,

    /// <summary>Discards a managed save (<c>VIR_DOMAIN_START_FORCE_BOOT</c>).</summary>
    ForceBoot = 1 << 3,

    /// <summary>Checks the XML against libvirt's schema first (<c>VIR_DOMAIN_START_VALIDATE</c>).</summary>
    Validate = 1 << 4,

    /// <summary>Makes the firmware's variables anew, libvirt 8.1.0 (<c>VIR_DOMAIN_START_RESET_NVRAM</c>).</summary>
    ResetNvram = 1 << 5,
}

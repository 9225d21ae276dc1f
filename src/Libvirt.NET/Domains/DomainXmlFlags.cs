namespace Libvirt;

/// <summary>What a domain's XML is to contain: <c>virDomainXMLFlags</c>.</summary>
[Flags]
public enum DomainXmlFlags
{
    /// <summary>The live configuration, without secrets.</summary>
    None = 0,

    /// <summary>Secrets too (<c>VIR_DOMAIN_XML_SECURE</c>).</summary>
    Secure = 1 << 0,

    /// <summary>What the next start would use (<c>VIR_DOMAIN_XML_INACTIVE</c>).</summary>
    Inactive = 1 << 1,

    /// <summary>The CPU's details filled in (<c>VIR_DOMAIN_XML_UPDATE_CPU</c>).</summary>
    UpdateCpu = 1 << 2,

    /// <summary>Fit for migration and for <see cref="LibvirtConnection.Restore"/> (<c>VIR_DOMAIN_XML_MIGRATABLE</c>).</summary>
    Migratable = 1 << 3,
}

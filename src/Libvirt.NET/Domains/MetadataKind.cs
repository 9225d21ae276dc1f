namespace Libvirt;

/// <summary>A kind of metadata: <c>virDomainMetadataType</c>.</summary>
public enum MetadataKind
{
    /// <summary>Free text (<c>VIR_DOMAIN_METADATA_DESCRIPTION</c>).</summary>
    Description = 0,

    /// <summary>One line (<c>VIR_DOMAIN_METADATA_TITLE</c>).</summary>
    Title = 1,

    /// <summary>An XML element in a namespace of one's own (<c>VIR_DOMAIN_METADATA_ELEMENT</c>).</summary>
    Element = 2,
}

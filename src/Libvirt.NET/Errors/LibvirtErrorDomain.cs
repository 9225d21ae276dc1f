namespace Libvirt;

/// <summary>The part of libvirt that raised an error: those of <c>virErrorDomain</c> in <c>virterror.h</c> that are told apart.</summary>
/// <remarks>Numbers without a name here appear as themselves; the values never change.</remarks>
public enum LibvirtErrorDomain
{
    /// <summary>Unspecified (<c>VIR_FROM_NONE</c>).</summary>
    None = 0,

    /// <summary>Reading XML (<c>VIR_FROM_XML</c>).</summary>
    Xml = 5,

    /// <summary>The client side of the remote driver (<c>VIR_FROM_REMOTE</c>).</summary>
    Remote = 13,
}

namespace Libvirt;

/// <summary>What went wrong: the codes of <c>virErrorNumber</c> in <c>virterror.h</c> that are told apart.</summary>
/// <remarks>Numbers without a name here appear as themselves; the values never change.</remarks>
public enum LibvirtErrorCode
{
    /// <summary>Not libvirt's own: the function is newer than the libvirt library found on this machine.</summary>
    LibraryTooOld = -2,

    /// <summary>Not libvirt's own: the libvirt library could not be loaded.</summary>
    LibraryUnavailable = -1,

    /// <summary>A failure inside libvirt, or one it has no better word for (<c>VIR_ERR_INTERNAL_ERROR</c>).</summary>
    InternalError = 1,

    /// <summary>The connection's driver does not implement the function (<c>VIR_ERR_NO_SUPPORT</c>).</summary>
    NoSupport = 3,

    /// <summary>No driver accepts the URI (<c>VIR_ERR_NO_CONNECT</c>).</summary>
    NoConnect = 5,

    /// <summary>An argument is not valid (<c>VIR_ERR_INVALID_ARG</c>).</summary>
    InvalidArgument = 8,

    /// <summary>A command to the hypervisor failed (<c>VIR_ERR_OPERATION_FAILED</c>).</summary>
    OperationFailed = 9,

    /// <summary>An XML description is wrong in what it says (<c>VIR_ERR_XML_ERROR</c>).</summary>
    XmlError = 27,

    /// <summary>A domain of that name or UUID exists (<c>VIR_ERR_DOM_EXIST</c>).</summary>
    DomainExists = 28,

    /// <summary>An XML description is not well-formed; the message has line and place (<c>VIR_ERR_XML_DETAIL</c>).</summary>
    XmlDetail = 35,

    /// <summary>A system call failed: a missing socket, a refused permission (<c>VIR_ERR_SYSTEM_ERROR</c>).</summary>
    SystemError = 38,

    /// <summary>Talking to the daemon failed, as when it went away (<c>VIR_ERR_RPC</c>).</summary>
    Rpc = 39,

    /// <summary>No such domain, or it is gone (<c>VIR_ERR_NO_DOMAIN</c>).</summary>
    NoDomain = 42,

    /// <summary>The daemon did not accept who is asking (<c>VIR_ERR_AUTH_FAILED</c>).</summary>
    AuthenticationFailed = 45,

    /// <summary>
    /// Not possible in the state the object is in: the domain is not running, the disk is locked (<c>VIR_ERR_OPERATION_INVALID</c>).
    /// </summary>
    OperationInvalid = 55,

    /// <summary>The XML asks for something the hypervisor cannot do (<c>VIR_ERR_CONFIG_UNSUPPORTED</c>).</summary>
    ConfigurationUnsupported = 67,

    /// <summary>Another operation held the domain for too long, or the guest did not comply (<c>VIR_ERR_OPERATION_TIMEOUT</c>).</summary>
    OperationTimeout = 68,

    /// <summary>A hook script of the host failed (<c>VIR_ERR_HOOK_SCRIPT_FAILED</c>).</summary>
    HookScriptFailed = 70,

    /// <summary>Authentication was called off (<c>VIR_ERR_AUTH_CANCELLED</c>).</summary>
    AuthenticationCancelled = 79,

    /// <summary>The domain has no such metadata (<c>VIR_ERR_NO_DOMAIN_METADATA</c>).</summary>
    NoDomainMetadata = 80,

    /// <summary>Access control refuses (<c>VIR_ERR_ACCESS_DENIED</c>).</summary>
    AccessDenied = 88,

    /// <summary>
    /// Nobody can be asked to authenticate (<c>VIR_ERR_AUTH_UNAVAILABLE</c>), as where polkit guards the daemon and there is no agent.
    /// </summary>
    AuthenticationUnavailable = 94,
}

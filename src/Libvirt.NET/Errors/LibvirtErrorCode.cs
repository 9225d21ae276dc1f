namespace Libvirt;

/// <summary>What went wrong: the codes of <c>virErrorNumber</c> in <c>virterror.h</c> that code is likely to tell apart.</summary>
/// <remarks>Numbers without a name here appear as themselves; the values never change.</remarks>
public enum LibvirtErrorCode
{
    /// <summary>Not libvirt's own: the function is newer than the libvirt library found on this machine.</summary>
    LibraryTooOld = -2,

    /// <summary>Not libvirt's own: the libvirt library could not be loaded.</summary>
    LibraryUnavailable = -1,

    /// <summary>No error (<c>VIR_ERR_OK</c>).</summary>
    Ok = 0,

    /// <summary>A failure inside libvirt, or one it has no better word for (<c>VIR_ERR_INTERNAL_ERROR</c>).</summary>
    InternalError = 1,

    /// <summary>Memory allocation failed (<c>VIR_ERR_NO_MEMORY</c>).</summary>
    NoMemory = 2,

    /// <summary>The connection's driver does not implement the function (<c>VIR_ERR_NO_SUPPORT</c>).</summary>
    NoSupport = 3,

    /// <summary>A host name could not be resolved (<c>VIR_ERR_UNKNOWN_HOST</c>).</summary>
    UnknownHost = 4,

    /// <summary>No driver accepts the URI (<c>VIR_ERR_NO_CONNECT</c>).</summary>
    NoConnect = 5,

    /// <summary>The connection object is not valid (<c>VIR_ERR_INVALID_CONN</c>).</summary>
    InvalidConnection = 6,

    /// <summary>The domain object is not valid (<c>VIR_ERR_INVALID_DOMAIN</c>).</summary>
    InvalidDomain = 7,

    /// <summary>An argument is not valid (<c>VIR_ERR_INVALID_ARG</c>).</summary>
    InvalidArgument = 8,

    /// <summary>A command to the hypervisor failed (<c>VIR_ERR_OPERATION_FAILED</c>).</summary>
    OperationFailed = 9,

    /// <summary>An XML description is wrong in what it says (<c>VIR_ERR_XML_ERROR</c>).</summary>
    XmlError = 27,

    /// <summary>A domain of that name or UUID exists (<c>VIR_ERR_DOM_EXIST</c>).</summary>
    DomainExists = 28,

    /// <summary>Not allowed on a read-only connection (<c>VIR_ERR_OPERATION_DENIED</c>).</summary>
    OperationDenied = 29,

    /// <summary>A configuration file could not be opened (<c>VIR_ERR_OPEN_FAILED</c>).</summary>
    OpenFailed = 30,

    /// <summary>A configuration file could not be read (<c>VIR_ERR_READ_FAILED</c>).</summary>
    ReadFailed = 31,

    /// <summary>A configuration file could not be parsed (<c>VIR_ERR_PARSE_FAILED</c>).</summary>
    ParseFailed = 32,

    /// <summary>A configuration file has a syntax error (<c>VIR_ERR_CONF_SYNTAX</c>).</summary>
    ConfigurationSyntax = 33,

    /// <summary>A configuration file could not be written (<c>VIR_ERR_WRITE_FAILED</c>).</summary>
    WriteFailed = 34,

    /// <summary>An XML description is not well-formed; the message has line and place (<c>VIR_ERR_XML_DETAIL</c>).</summary>
    XmlDetail = 35,

    /// <summary>A system call failed: a missing socket, a refused permission (<c>VIR_ERR_SYSTEM_ERROR</c>).</summary>
    SystemError = 38,

    /// <summary>Talking to the daemon failed, as when it went away (<c>VIR_ERR_RPC</c>).</summary>
    Rpc = 39,

    /// <summary>A TLS call failed (<c>VIR_ERR_GNUTLS_ERROR</c>).</summary>
    TlsError = 40,

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

    /// <summary>The stream object is not valid (<c>VIR_ERR_INVALID_STREAM</c>).</summary>
    InvalidStream = 73,

    /// <summary>The driver does not know the flag or argument (<c>VIR_ERR_ARGUMENT_UNSUPPORTED</c>).</summary>
    ArgumentUnsupported = 74,

    /// <summary>The operation was aborted by someone (<c>VIR_ERR_OPERATION_ABORTED</c>).</summary>
    OperationAborted = 78,

    /// <summary>Authentication was called off (<c>VIR_ERR_AUTH_CANCELLED</c>).</summary>
    AuthenticationCancelled = 79,

    /// <summary>The domain has no such metadata (<c>VIR_ERR_NO_DOMAIN_METADATA</c>).</summary>
    NoDomainMetadata = 80,

    /// <summary>The driver knows the function, but not in this case (<c>VIR_ERR_OPERATION_UNSUPPORTED</c>).</summary>
    OperationUnsupported = 84,

    /// <summary>An SSH transport failed (<c>VIR_ERR_SSH</c>).</summary>
    SshError = 85,

    /// <summary>The guest agent does not answer (<c>VIR_ERR_AGENT_UNRESPONSIVE</c>).</summary>
    AgentUnresponsive = 86,

    /// <summary>The resource is in use (<c>VIR_ERR_RESOURCE_BUSY</c>).</summary>
    ResourceBusy = 87,

    /// <summary>Access control refuses (<c>VIR_ERR_ACCESS_DENIED</c>).</summary>
    AccessDenied = 88,

    /// <summary>The storage volume exists (<c>VIR_ERR_STORAGE_VOL_EXIST</c>).</summary>
    StorageVolumeExists = 90,

    /// <summary>The host's processor lacks what the domain asks for (<c>VIR_ERR_CPU_INCOMPATIBLE</c>).</summary>
    CpuIncompatible = 91,

    /// <summary>The XML does not conform to libvirt's schema (<c>VIR_ERR_XML_INVALID_SCHEMA</c>).</summary>
    XmlInvalidSchema = 92,

    /// <summary>
    /// Nobody can be asked to authenticate (<c>VIR_ERR_AUTH_UNAVAILABLE</c>), as where polkit guards the daemon and there is no agent.
    /// </summary>
    AuthenticationUnavailable = 94,

    /// <summary>No such client of the daemon (<c>VIR_ERR_NO_CLIENT</c>).</summary>
    NoClient = 96,

    /// <summary>The guest agent answers out of step (<c>VIR_ERR_AGENT_UNSYNCED</c>).</summary>
    AgentUnsynced = 97,

    /// <summary>A libssh transport failed (<c>VIR_ERR_LIBSSH</c>).</summary>
    LibsshError = 98,

    /// <summary>No such device in the domain (<c>VIR_ERR_DEVICE_MISSING</c>).</summary>
    DeviceMissing = 99,

    /// <summary>The domain has no known host name (<c>VIR_ERR_NO_HOSTNAME</c>).</summary>
    NoHostname = 108,

    /// <summary>More than one domain matches (<c>VIR_ERR_MULTIPLE_DOMAINS</c>).</summary>
    MultipleDomains = 110,
}

namespace Libvirt;

/// <summary>
/// Why a domain is in its state: those of the <c>virDomain*Reason</c> enumerations that are told apart, in one; the state in the high
/// byte, the reason in the low.
/// </summary>
public enum DomainStateReason
{
    /// <summary>Someone asked, or it was created paused (<c>VIR_DOMAIN_PAUSED_USER</c>).</summary>
    PausedUser = 0x301,

    /// <summary>A disk error, as when the host's storage is full (<c>VIR_DOMAIN_PAUSED_IOERROR</c>).</summary>
    PausedIoError = 0x305,
}

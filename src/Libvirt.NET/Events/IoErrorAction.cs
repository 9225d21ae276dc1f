namespace Libvirt;

/// <summary>What a failed disk request did to its domain: <c>virDomainEventIOErrorAction</c>.</summary>
public enum IoErrorAction
{
    /// <summary>Nothing (<c>VIR_DOMAIN_EVENT_IO_ERROR_NONE</c>).</summary>
    None = 0,

    /// <summary>Paused it (<c>VIR_DOMAIN_EVENT_IO_ERROR_PAUSE</c>).</summary>
    Pause = 1,

    /// <summary>Reported the error to its guest (<c>VIR_DOMAIN_EVENT_IO_ERROR_REPORT</c>).</summary>
    Report = 2,
}

namespace Libvirt;

/// <summary>Why a connection is over: <c>virConnectCloseReason</c>.</summary>
public enum ConnectionCloseReason
{
    /// <summary>An input or output error (<c>VIR_CONNECT_CLOSE_REASON_ERROR</c>).</summary>
    Error = 0,

    /// <summary>The daemon went away (<c>VIR_CONNECT_CLOSE_REASON_EOF</c>).</summary>
    EndOfFile = 1,

    /// <summary>The daemon did not answer keepalive messages in time (<c>VIR_CONNECT_CLOSE_REASON_KEEPALIVE</c>).</summary>
    KeepAlive = 2,

    /// <summary>This side closed it (<c>VIR_CONNECT_CLOSE_REASON_CLIENT</c>).</summary>
    Client = 3,
}

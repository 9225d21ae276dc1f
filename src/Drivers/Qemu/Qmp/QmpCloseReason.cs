namespace Orchestrator.Drivers.Qemu.Qmp;

/// <summary>The first thing that ended a connection.</summary>
internal enum QmpCloseReason
{
    /// <summary>There never was one: the socket does not exist or nothing listens on it.</summary>
    NotConnected,

    /// <summary>We closed it: the client was disposed.</summary>
    Disposed,

    /// <summary>QEMU closed it, which it does when it exits.</summary>
    EndOfStream,

    /// <summary>Reading or writing failed.</summary>
    TransportFailed,

    /// <summary>QEMU sent what is not QMP, or did not understand what we sent.</summary>
    ProtocolViolated,

    /// <summary>QEMU sent a message longer than <see cref="QmpClientOptions.MaxMessageBytes"/>.</summary>
    MessageTooLong,

    /// <summary>More than <see cref="QmpClientOptions.MaxUnreadEvents"/> events were waiting for a reader.</summary>
    EventsUnread,
}

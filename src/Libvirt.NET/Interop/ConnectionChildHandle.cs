using Microsoft.Win32.SafeHandles;

namespace Libvirt.Interop;

/// <summary>A handle that must not outlive the connection it came from, and therefore keeps it.</summary>
internal abstract class ConnectionChildHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly ConnectionHandle _connection;
    private readonly bool _holdsConnection;

    protected ConnectionChildHandle(ConnectionHandle connection)
        : base(ownsHandle: true)
    {
        _connection = connection;
        connection.DangerousAddRef(ref _holdsConnection);
    }

    protected ConnectionHandle Connection => _connection;

    /// <summary>Takes over what a function returned. Null is a failure, whose error the caller reads.</summary>
    public void Own(nint pointer) => SetHandle(pointer);

    protected sealed override bool ReleaseHandle()
    {
        var released = ReleaseOwn(handle);
        ReleaseConnection();
        return released;
    }

    protected abstract bool ReleaseOwn(nint pointer);

    protected override void Dispose(bool disposing)
    {
        // ReleaseHandle is not called for a handle that never owned anything; the connection was held all the same.
        var empty = IsInvalid && !IsClosed;
        base.Dispose(disposing);
        if (empty)
        {
            ReleaseConnection();
        }
    }

    private void ReleaseConnection()
    {
        if (_holdsConnection)
        {
            _connection.DangerousRelease();
        }
    }
}

/// <summary>A reference to a <c>virDomainPtr</c>.</summary>
internal sealed class DomainHandle(ConnectionHandle connection) : ConnectionChildHandle(connection)
{
    protected override bool ReleaseOwn(nint pointer) => NativeMethods.virDomainFree(pointer) == 0;
}

/// <summary>A reference to a <c>virStreamPtr</c>.</summary>
internal sealed class StreamHandle(ConnectionHandle connection) : ConnectionChildHandle(connection)
{
    protected override bool ReleaseOwn(nint pointer) => NativeMethods.virStreamFree(pointer) == 0;
}

/// <summary>
/// A callback registered with <c>virConnectDomainEventRegisterAny</c> or <c>virConnectDomainQemuMonitorEventRegister</c>; the handle is its id and one,
/// since 0 is a good id.
/// </summary>
internal sealed class EventRegistrationHandle(ConnectionHandle connection, bool ofMonitor) : ConnectionChildHandle(connection)
{
    public void OwnCallback(int callbackId) => Own(callbackId + 1);

    protected override bool ReleaseOwn(nint pointer)
    {
        // On a dead connection this fails to tell the daemon, but has forgotten the callback on this side, which is what matters.
        var (connection, callbackId) = (Connection.DangerousGetHandle(), (int)pointer - 1);
        _ = ofMonitor
            ? NativeMethods.virConnectDomainQemuMonitorEventDeregister(connection, callbackId)
            : NativeMethods.virConnectDomainEventDeregisterAny(connection, callbackId);
        return true;
    }
}

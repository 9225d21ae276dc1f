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

using Microsoft.Win32.SafeHandles;

namespace Libvirt.Interop;

/// <summary>
/// A reference to a <c>virConnectPtr</c>. Domains, streams and event registrations hold it too, so <c>virConnectClose</c> comes after
/// the last of them is gone, in whatever order they are disposed or collected.
/// </summary>
internal sealed class ConnectionHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private nint _closeCallbackKey;

    public ConnectionHandle()
        : base(ownsHandle: true)
    {
    }

    /// <summary>Says that a close callback is registered, whose reference would keep the connection open for ever.</summary>
    public void OwnCloseCallback(nint key) => _closeCallbackKey = key;

    protected override unsafe bool ReleaseHandle()
    {
        if (_closeCallbackKey != 0)
        {
            // Fails after the callback has fired, as libvirt has dropped it by then.
            _ = NativeMethods.virConnectUnregisterCloseCallback(handle, &ConnectionCallbacks.OnClose);
            ConnectionCallbacks.Forget(_closeCallbackKey);
        }

        return NativeMethods.virConnectClose(handle) >= 0;
    }
}

namespace Libvirt.Interop;

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

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Libvirt.Interop;

namespace Libvirt.Events;

/// <summary>
/// The callbacks libvirt calls on the event loop's thread, one for each signature and meaning. Each copies what its arguments
/// point to, hands that over and returns.
/// </summary>
internal static unsafe class DomainEventCallbacks
{
    private static readonly Version Any = LibvirtLibrary.MinimumVersion;

    /// <summary>The callback for one kind of event, and the libvirt version that has it.</summary>
    public static (nint Callback, Version Since) Find(DomainEventKinds kind) => kind switch
    {
        DomainEventKinds.Lifecycle => ((nint)(delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, int>)&OnLifecycle, Any),
        DomainEventKinds.Reboot => ((nint)(delegate* unmanaged[Cdecl]<nint, nint, nint, void>)&OnReboot, Any),
        DomainEventKinds.Watchdog => ((nint)(delegate* unmanaged[Cdecl]<nint, nint, int, nint, void>)&OnWatchdog, Any),
        DomainEventKinds.IoError => ((nint)(delegate* unmanaged[Cdecl]<nint, nint, nint, nint, int, nint, nint, void>)&OnIoError, Any),
        DomainEventKinds.ControlError => ((nint)(delegate* unmanaged[Cdecl]<nint, nint, nint, void>)&OnControlError, Any),
        DomainEventKinds.TrayChange => ((nint)(delegate* unmanaged[Cdecl]<nint, nint, nint, int, nint, void>)&OnTrayChange, Any),
        DomainEventKinds.DeviceRemoved => ((nint)(delegate* unmanaged[Cdecl]<nint, nint, nint, nint, void>)&OnDeviceRemoved, Any),
        DomainEventKinds.AgentLifecycle =>
            ((nint)(delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, void>)&OnAgentLifecycle, new Version(1, 2, 11)),
        DomainEventKinds.DeviceAdded =>
            ((nint)(delegate* unmanaged[Cdecl]<nint, nint, nint, nint, void>)&OnDeviceAdded, new Version(1, 2, 15)),
        DomainEventKinds.DeviceRemovalFailed =>
            ((nint)(delegate* unmanaged[Cdecl]<nint, nint, nint, nint, void>)&OnDeviceRemovalFailed, new Version(1, 3, 4)),
        DomainEventKinds.MetadataChange =>
            ((nint)(delegate* unmanaged[Cdecl]<nint, nint, int, nint, nint, void>)&OnMetadataChange, new Version(3, 0, 0)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind of event."),
    };

    private static string Text(nint borrowed) => NativeStrings.Read((byte*)borrowed) ?? "";

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnLifecycle(nint connection, nint domain, int change, int detail, nint opaque)
    {
        DomainEventSink.Deliver(opaque, () => new DomainEvent.LifecycleChanged(
            DomainReference.Read(domain), (DomainLifecycle)change, (DomainLifecycleDetail)((change << 8) | detail)));
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnReboot(nint connection, nint domain, nint opaque) =>
        DomainEventSink.Deliver(opaque, () => new DomainEvent.Rebooted(DomainReference.Read(domain)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnWatchdog(nint connection, nint domain, int action, nint opaque) =>
        DomainEventSink.Deliver(opaque, () => new DomainEvent.WatchdogFired(DomainReference.Read(domain), (WatchdogAction)action));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnIoError(nint connection, nint domain, nint source, nint alias, int action, nint reason, nint opaque) =>
        DomainEventSink.Deliver(opaque, () => new DomainEvent.IoFailed(
            DomainReference.Read(domain), Text(source), Text(alias), (IoErrorAction)action, Text(reason)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnControlError(nint connection, nint domain, nint opaque) =>
        DomainEventSink.Deliver(opaque, () => new DomainEvent.ControlFailed(DomainReference.Read(domain)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnTrayChange(nint connection, nint domain, nint alias, int change, nint opaque) =>
        DomainEventSink.Deliver(opaque, () => new DomainEvent.TrayChanged(DomainReference.Read(domain), Text(alias), (TrayChange)change));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnDeviceRemoved(nint connection, nint domain, nint alias, nint opaque) =>
        DomainEventSink.Deliver(opaque, () => new DomainEvent.DeviceRemoved(DomainReference.Read(domain), Text(alias)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnAgentLifecycle(nint connection, nint domain, int state, int reason, nint opaque) =>
        DomainEventSink.Deliver(opaque, () => new DomainEvent.AgentChanged(
            DomainReference.Read(domain), (AgentState)state, (AgentChangeReason)reason));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnDeviceAdded(nint connection, nint domain, nint alias, nint opaque) =>
        DomainEventSink.Deliver(opaque, () => new DomainEvent.DeviceAdded(DomainReference.Read(domain), Text(alias)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnDeviceRemovalFailed(nint connection, nint domain, nint alias, nint opaque) =>
        DomainEventSink.Deliver(opaque, () => new DomainEvent.DeviceRemovalFailed(DomainReference.Read(domain), Text(alias)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnMetadataChange(nint connection, nint domain, int kind, nint namespaceUri, nint opaque) =>
        DomainEventSink.Deliver(opaque, () => new DomainEvent.MetadataChanged(
            DomainReference.Read(domain), (MetadataKind)kind, NativeStrings.Read((byte*)namespaceUri)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void OnMonitorEvent(nint connection, nint domain, nint name, long seconds, uint micros, nint details, nint opaque) =>
        DomainEventSink.Deliver(opaque, () => new DomainEvent.MonitorEvent(DomainReference.Read(domain), Text(name), Text(details)));
}

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
        DomainEventKinds.IoError => ((nint)(delegate* unmanaged[Cdecl]<nint, nint, nint, nint, int, nint, nint, void>)&OnIoError, Any),
        DomainEventKinds.TrayChange => ((nint)(delegate* unmanaged[Cdecl]<nint, nint, nint, int, nint, void>)&OnTrayChange, Any),
        DomainEventKinds.MetadataChange =>
            ((nint)(delegate* unmanaged[Cdecl]<nint, nint, int, nint, nint, void>)&OnMetadataChange, new Version(3, 0, 0)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind of event."),
    };

    /// <summary>Copies what a borrowed <c>virDomainPtr</c> knows by itself; this does not ask the daemon.</summary>
    private static Guid UuidOf(nint domain)
    {
        Span<byte> uuid = stackalloc byte[16];
        fixed (byte* bytes = uuid)
        {
            _ = NativeMethods.GetBorrowedDomainUuid(domain, bytes);
        }

        return new Guid(uuid, bigEndian: true);
    }

    private static string Text(nint borrowed) => NativeStrings.Read((byte*)borrowed) ?? "";

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnLifecycle(nint connection, nint domain, int change, int detail, nint opaque)
    {
        DomainEventSink.Deliver(opaque, () => new DomainEvent.LifecycleChanged(
            UuidOf(domain), (DomainLifecycle)change, (DomainLifecycleDetail)((change << 8) | detail)));
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnReboot(nint connection, nint domain, nint opaque) =>
        DomainEventSink.Deliver(opaque, () => new DomainEvent.Rebooted(UuidOf(domain)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnIoError(nint connection, nint domain, nint source, nint alias, int action, nint reason, nint opaque) =>
        DomainEventSink.Deliver(opaque, () => new DomainEvent.IoFailed(UuidOf(domain), (IoErrorAction)action, Text(reason)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnTrayChange(nint connection, nint domain, nint alias, int change, nint opaque) =>
        DomainEventSink.Deliver(opaque, () => new DomainEvent.TrayChanged(UuidOf(domain), Text(alias), (TrayChange)change));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnMetadataChange(nint connection, nint domain, int kind, nint namespaceUri, nint opaque) =>
        DomainEventSink.Deliver(opaque, () => new DomainEvent.MetadataChanged(UuidOf(domain), NativeStrings.Read((byte*)namespaceUri)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void OnMonitorEvent(nint connection, nint domain, nint name, long seconds, uint micros, nint details, nint opaque) =>
        DomainEventSink.Deliver(opaque, () => new DomainEvent.MonitorEvent(UuidOf(domain), Text(name), Text(details)));
}

using System.Runtime.InteropServices;

namespace Libvirt.Interop;

internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial ConnectionHandle virConnectOpenAuth(string name, nint auth, uint flags);

    [LibraryImport(Library)]
    public static partial int virConnectClose(nint connection);

    [LibraryImport(Library)]
    public static partial int virConnectIsAlive(ConnectionHandle connection);

    [LibraryImport(Library)]
    public static partial int virConnectSetKeepAlive(ConnectionHandle connection, int interval, uint count);

    [LibraryImport(Library)]
    public static partial int virConnectRegisterCloseCallback(
        ConnectionHandle connection,
        delegate* unmanaged[Cdecl]<nint, int, nint, void> callback,
        nint opaque,
        delegate* unmanaged[Cdecl]<nint, void> free);

    [LibraryImport(Library)]
    public static partial int virConnectUnregisterCloseCallback(nint connection, delegate* unmanaged[Cdecl]<nint, int, nint, void> callback);

    [LibraryImport(Library)]
    public static partial byte* virConnectGetType(ConnectionHandle connection);

    [LibraryImport(Library)]
    public static partial int virConnectGetVersion(ConnectionHandle connection, CULong* version);

    [LibraryImport(Library)]
    public static partial int virConnectGetLibVersion(ConnectionHandle connection, CULong* version);

    [LibraryImport(Library)]
    public static partial byte* virConnectGetCapabilities(ConnectionHandle connection);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial byte* virConnectGetDomainCapabilities(
        ConnectionHandle connection, string? emulator, string? architecture, string? machine, string? virtType, uint flags);

    [LibraryImport(Library)]
    public static partial int virConnectListAllDomains(ConnectionHandle connection, nint** domains, uint flags);

    [LibraryImport(Library)]
    public static partial int virConnectDomainEventRegisterAny(
        ConnectionHandle connection, nint domain, int eventId, void* callback, nint opaque, delegate* unmanaged[Cdecl]<nint, void> free);

    [LibraryImport(Library)]
    public static partial int virConnectDomainEventDeregisterAny(nint connection, int callbackId);
}

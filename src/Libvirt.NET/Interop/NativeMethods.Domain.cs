using System.Runtime.InteropServices;

namespace Libvirt.Interop;

internal static unsafe partial class NativeMethods
{
    /// <summary><c>VIR_DOMAIN_METADATA_ELEMENT</c>.</summary>
    public const int MetadataElement = 2;

    /// <summary><c>VIR_DOMAIN_AFFECT_LIVE</c>.</summary>
    public const uint AffectLive = 1;

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint virDomainCreateXML(ConnectionHandle connection, string xml, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint virDomainLookupByName(ConnectionHandle connection, string name);

    [LibraryImport(Library)]
    public static partial nint virDomainLookupByUUID(ConnectionHandle connection, byte* uuid);

    [LibraryImport(Library)]
    public static partial int virDomainFree(nint domain);

    [LibraryImport(Library)]
    public static partial int virDomainGetUUID(DomainHandle domain, byte* uuid);

    // The same function for a domain that an event's callback borrows.
    [LibraryImport(Library, EntryPoint = "virDomainGetUUID")]
    public static partial int GetBorrowedDomainUuid(nint domain, byte* uuid);

    [LibraryImport(Library)]
    public static partial int virDomainGetState(DomainHandle domain, int* state, int* reason, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virDomainGetBlockInfo(DomainHandle domain, string disk, NativeDomainBlockInfo* info, uint flags);

    [LibraryImport(Library)]
    public static partial int virDomainIsActive(DomainHandle domain);

    [LibraryImport(Library)]
    public static partial byte* virDomainGetXMLDesc(DomainHandle domain, uint flags);

    [LibraryImport(Library)]
    public static partial int virDomainShutdownFlags(DomainHandle domain, uint flags);

    [LibraryImport(Library)]
    public static partial int virDomainDestroyFlags(DomainHandle domain, uint flags);

    [LibraryImport(Library)]
    public static partial int virDomainSuspend(DomainHandle domain);

    [LibraryImport(Library)]
    public static partial int virDomainResume(DomainHandle domain);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virDomainDetachDeviceFlags(DomainHandle domain, string xml, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virDomainUpdateDeviceFlags(DomainHandle domain, string xml, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial byte* virDomainGetMetadata(DomainHandle domain, int type, string uri, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virDomainSetMetadata(DomainHandle domain, int type, string metadata, string key, string uri, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virDomainOpenConsole(DomainHandle domain, string? device, StreamHandle stream, uint flags);

    [LibraryImport(QemuLibrary, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virDomainQemuMonitorCommand(DomainHandle domain, string command, byte** result, uint flags);

    [LibraryImport(QemuLibrary, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virConnectDomainQemuMonitorEventRegister(
        ConnectionHandle connection,
        nint domain,
        string eventName,
        delegate* unmanaged[Cdecl]<nint, nint, nint, long, uint, nint, nint, void> callback,
        nint opaque,
        delegate* unmanaged[Cdecl]<nint, void> free,
        uint flags);

    [LibraryImport(QemuLibrary)]
    public static partial int virConnectDomainQemuMonitorEventDeregister(nint connection, int callbackId);
}

using System.Runtime.InteropServices;

namespace Libvirt.Interop;

/// <summary>The C functions, as they are. Only the checked wrappers beside them call these.</summary>
internal static unsafe partial class NativeMethods
{
    public const string Library = "libvirt.so.0";
    public const string QemuLibrary = "libvirt-qemu.so.0";

    [LibraryImport(Library)]
    public static partial int virInitialize();

    [LibraryImport(Library)]
    public static partial int virGetVersion(CULong* libraryVersion, byte* type, CULong* typeVersion);

    [LibraryImport(Library)]
    public static partial NativeError* virGetLastError();

    [LibraryImport(Library)]
    public static partial void virSetErrorFunc(nint userData, delegate* unmanaged[Cdecl]<nint, NativeError*, void> handler);

    [LibraryImport(Library)]
    public static partial int virEventRegisterDefaultImpl();

    [LibraryImport(Library)]
    public static partial int virEventRunDefaultImpl();

    [LibraryImport(Library)]
    public static partial int virEventAddTimeout(
        int milliseconds, delegate* unmanaged[Cdecl]<int, nint, void> callback, nint opaque, delegate* unmanaged[Cdecl]<nint, void> free);

    [LibraryImport(Library)]
    public static partial int virEventRemoveTimeout(int timer);
}

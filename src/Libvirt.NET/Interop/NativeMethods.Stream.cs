using System.Runtime.InteropServices;

namespace Libvirt.Interop;

internal static unsafe partial class NativeMethods
{
    /// <summary><c>VIR_STREAM_NONBLOCK</c>.</summary>
    public const uint StreamNonBlocking = 1;

    /// <summary>What <c>virStreamRecv</c> and <c>virStreamSend</c> return where they would have to wait.</summary>
    public const int WouldBlock = -2;

    [LibraryImport(Library)]
    public static partial nint virStreamNew(ConnectionHandle connection, uint flags);

    [LibraryImport(Library)]
    public static partial int virStreamFree(nint stream);

    [LibraryImport(Library)]
    public static partial int virStreamSend(StreamHandle stream, byte* data, nuint length);

    [LibraryImport(Library)]
    public static partial int virStreamRecv(StreamHandle stream, byte* data, nuint length);

    [LibraryImport(Library)]
    public static partial int virStreamFinish(StreamHandle stream);

    [LibraryImport(Library)]
    public static partial int virStreamAbort(StreamHandle stream);

    [LibraryImport(Library)]
    public static partial int virStreamEventAddCallback(
        StreamHandle stream,
        int events,
        delegate* unmanaged[Cdecl]<nint, int, nint, void> callback,
        nint opaque,
        delegate* unmanaged[Cdecl]<nint, void> free);

    [LibraryImport(Library)]
    public static partial int virStreamEventUpdateCallback(StreamHandle stream, int events);

    // The same function for the stream that an event's callback borrows.
    [LibraryImport(Library, EntryPoint = "virStreamEventUpdateCallback")]
    public static partial int UpdateBorrowedStreamCallback(nint stream, int events);

    [LibraryImport(Library)]
    public static partial int virStreamEventRemoveCallback(StreamHandle stream);
}

using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Libvirt.Connections;

namespace Libvirt.Interop;

/// <summary>The close callback, and the timer by which the news of a loss comes after the events that came before it.</summary>
/// <remarks>
/// A driver that loses no connections accepts a close callback and drops it, without a word and without freeing its opaque. So the opaque
/// is
/// a key here, which may be forgotten by whoever comes first, libvirt or the connection's handle.
/// </remarks>
internal static unsafe class ConnectionCallbacks
{
    private static readonly ConcurrentDictionary<nint, ConnectionState> Watched = new();
    private static long _lastKey;

    /// <summary>A key for the close callback of a connection.</summary>
    public static nint Watch(ConnectionState state)
    {
        var key = (nint)Interlocked.Increment(ref _lastKey);
        Watched[key] = state;
        return key;
    }

    public static void Forget(nint key) => Watched.TryRemove(key, out _);

    /// <summary><c>virConnectCloseFunc</c>.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void OnClose(nint connection, int reason, nint opaque)
    {
        if (!Watched.TryGetValue(opaque, out var state))
        {
            return;
        }

        var closing = GCHandle.ToIntPtr(GCHandle.Alloc(new Closing(state, (ConnectionCloseReason)reason)));

        // Events read from the socket just before it closed are still in libvirt's queue, which a timer that is older than this one
        // empties.
        if (NativeMethods.virEventAddTimeout(0, &OnClosed, closing, &FreeClosing) < 0)
        {
            GCHandle.FromIntPtr(closing).Free();
            state.Close((ConnectionCloseReason)reason);
        }
    }

    /// <summary><c>virFreeCallback</c>.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void OnFreed(nint opaque) => Forget(opaque);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void FreeClosing(nint opaque) => GCHandle.FromIntPtr(opaque).Free();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnClosed(int timer, nint opaque)
    {
        var closing = (Closing)GCHandle.FromIntPtr(opaque).Target!;
        _ = NativeMethods.virEventRemoveTimeout(timer);
        closing.State.Close(closing.Reason);
    }

    private sealed record Closing(ConnectionState State, ConnectionCloseReason Reason);
}

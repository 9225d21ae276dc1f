using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Libvirt.Events;

namespace Libvirt.Interop;

/// <summary>The close callback, and the timer by which the news of a loss comes after the events that came before it.</summary>
internal static unsafe class ConnectionCallbacks
{
    /// <summary><c>virConnectCloseFunc</c>.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void OnClose(nint connection, int reason, nint opaque)
    {
        var state = (ConnectionState)GCHandle.FromIntPtr(opaque).Target!;
        var closing = GCHandle.ToIntPtr(GCHandle.Alloc(new Closing(state, (ConnectionCloseReason)reason)));

        // Events read from the socket just before it closed are still in libvirt's queue, which a timer that is older than this one
        // empties. libvirt frees this callback's opaque as soon as it returns, so the timer has one of its own.
        if (NativeMethods.virEventAddTimeout(0, &OnClosed, closing, &Free) < 0)
        {
            GCHandle.FromIntPtr(closing).Free();
            state.Close((ConnectionCloseReason)reason);
        }
    }

    /// <summary><c>virFreeCallback</c>.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void Free(nint opaque) => GCHandle.FromIntPtr(opaque).Free();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnClosed(int timer, nint opaque)
    {
        var closing = (Closing)GCHandle.FromIntPtr(opaque).Target!;
        _ = NativeMethods.virEventRemoveTimeout(timer);
        closing.State.Close(closing.Reason);
    }

    private sealed record Closing(ConnectionState State, ConnectionCloseReason Reason);
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Libvirt.Connections;

namespace Libvirt.Events;

/// <summary>
/// Where callbacks put events. What libvirt holds on to, through a <see cref="GCHandle"/> per callback, is this and no more.
/// </summary>
internal sealed class DomainEventSink : IConnectionLossObserver
{
    private readonly Channel<DomainEvent> _events = Channel.CreateUnbounded<DomainEvent>();

    public ChannelReader<DomainEvent> Reader => _events.Reader;

    /// <summary>A new reference for one callback's <c>opaque</c>; <see cref="Release"/> gives it back.</summary>
    public nint Refer() => GCHandle.ToIntPtr(GCHandle.Alloc(this));

    /// <summary>For a callback that was not registered after all; for one that was, libvirt calls <see cref="Release"/>.</summary>
    public static void Abandon(nint opaque) => GCHandle.FromIntPtr(opaque).Free();

    /// <summary>Makes an event from a callback's arguments. Nothing thrown here would have anyone to catch it but the reader.</summary>
    public static void Deliver(nint opaque, Func<DomainEvent> read)
    {
        var sink = (DomainEventSink)GCHandle.FromIntPtr(opaque).Target!;
        try
        {
            sink._events.Writer.TryWrite(read());
        }
        catch (Exception exception)
        {
            sink._events.Writer.TryComplete(exception);
        }
    }

    /// <summary>Ends the events after those that came; idempotent.</summary>
    public void Complete() => _events.Writer.TryComplete();

    public void OnConnectionLost(LibvirtException cause) => _events.Writer.TryComplete(cause);

    /// <summary>libvirt's <c>virFreeCallback</c>: called once, when it has let go of the callback.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void Release(nint opaque) => GCHandle.FromIntPtr(opaque).Free();
}

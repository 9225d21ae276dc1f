using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Libvirt.Connections;
using Libvirt.Interop;

namespace Libvirt.Streams;

/// <summary>
/// Waits for a non-blocking stream to be readable or writable. libvirt holds on to this, and not to the stream, through the
/// stream's callback.
/// </summary>
internal sealed unsafe class StreamReadiness : IConnectionLossObserver
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _readable;
    private TaskCompletionSource? _writable;
    private bool _ended;
    private LibvirtException? _loss;

    /// <summary>Adds the stream's one callback (<c>virStreamEventAddCallback</c>), asleep until something is awaited.</summary>
    public void Attach(StreamHandle stream)
    {
        var opaque = GCHandle.ToIntPtr(GCHandle.Alloc(this));
        if (NativeMethods.virStreamEventAddCallback(stream, 0, &OnReady, opaque, &Release) < 0)
        {
            var error = NativeErrors.Last();
            GCHandle.FromIntPtr(opaque).Free();
            throw error;
        }
    }

    /// <summary>
    /// Completes when the stream can be read (or written), has ended or failed: when it is worth trying again. One waiter of each kind.
    /// </summary>
    /// <exception cref="IOException">The connection is lost, and with it the stream. libvirt itself would say "try again" for
    /// ever.</exception>
    public Task WaitAsync(StreamHandle stream, bool toWrite, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_loss is not null)
            {
                throw new IOException(_loss.Message, _loss);
            }

            if (_ended)
            {
                return Task.CompletedTask;
            }

            ref var waiter = ref toWrite ? ref _writable : ref _readable;
            waiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            NativeErrors.ThrowIfFailed(NativeMethods.virStreamEventUpdateCallback(stream, Awaited));
            return waiter.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Wakes all who wait, now and later: whoever tries again learns why.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            Wake(StreamEvents.Readable | StreamEvents.Writable);
        }
    }

    public void OnConnectionLost(LibvirtException cause)
    {
        lock (_gate)
        {
            _loss = cause;
            Wake(StreamEvents.Readable | StreamEvents.Writable);
        }
    }

    private int Awaited => (int)((_readable is null ? 0 : StreamEvents.Readable) | (_writable is null ? 0 : StreamEvents.Writable));

    private void Wake(StreamEvents events)
    {
        // An error or a hang-up is learnt by trying.
        var always = (events & (StreamEvents.Error | StreamEvents.HangUp)) != 0;
        if (always || (events & StreamEvents.Readable) != 0)
        {
            _readable?.TrySetResult();
            _readable = null;
        }

        if (always || (events & StreamEvents.Writable) != 0)
        {
            _writable?.TrySetResult();
            _writable = null;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnReady(nint stream, int events, nint opaque)
    {
        var readiness = (StreamReadiness)GCHandle.FromIntPtr(opaque).Target!;
        lock (readiness._gate)
        {
            readiness.Wake((StreamEvents)events);

            // Events say what is so, not what has changed: unless they are switched off until somebody waits again, the loop would spin.
            _ = NativeMethods.UpdateBorrowedStreamCallback(stream, readiness.Awaited);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Release(nint opaque) => GCHandle.FromIntPtr(opaque).Free();
}

/// <summary><c>virStreamEventType</c>.</summary>
[Flags]
internal enum StreamEvents
{
    None = 0,
    Readable = 1 << 0,
    Writable = 1 << 1,
    Error = 1 << 2,
    HangUp = 1 << 3,
}

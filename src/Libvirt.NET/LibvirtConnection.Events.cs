using Libvirt.Events;
using Libvirt.Interop;

namespace Libvirt;

public sealed unsafe partial class LibvirtConnection
{
    /// <summary>
    /// Subscribes to every domain's events (<c>virConnectDomainEventRegisterAny</c> for each kind). What happens after this returns is not missed; what
    /// happened just before may be delivered too.
    /// </summary>
    /// <param name="kinds">Which events.</param>
    /// <param name="monitorEvents">
    /// Events of QEMU's monitor besides, by their names in QMP (<c>virConnectDomainQemuMonitorEventRegister</c> of libvirt-qemu, which must be there).
    /// </param>
    /// <exception cref="LibvirtException">
    /// <see cref="LibvirtErrorCode.LibraryTooOld"/>: a kind is newer than the library. <see cref="LibvirtErrorCode.InvalidArgument"/>: a connection
    /// to a daemon takes one subscription to a kind at a time.
    /// </exception>
    public DomainEventSubscription SubscribeDomainEvents(DomainEventKinds kinds, params IReadOnlyList<string> monitorEvents)
    {
        if (kinds == DomainEventKinds.None || (kinds & ~DomainEventKinds.All) != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(kinds), kinds, "Some of the known kinds are needed.");
        }

        var sink = new DomainEventSink();
        var registrations = new List<EventRegistrationHandle>();
        try
        {
            for (var eventId = 0; eventId < 32; eventId++)
            {
                if (((uint)kinds & (1u << eventId)) != 0)
                {
                    registrations.Add(Register(sink, eventId));
                }
            }

            registrations.AddRange(monitorEvents.Select(name => RegisterMonitor(sink, name)));

            // Told of a loss that has happened already, too.
            _state.Add(sink);
            var subscription = new DomainEventSubscription(this, sink, [.. registrations]);
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                _subscriptions.Add(subscription);
            }

            return subscription;
        }
        catch
        {
            _state.Remove(sink);
            registrations.ForEach(registration => registration.Dispose());
            throw;
        }
    }

    internal void Forget(DomainEventSubscription subscription)
    {
        lock (_gate)
        {
            _subscriptions.Remove(subscription);
        }
    }

    private EventRegistrationHandle Register(DomainEventSink sink, int eventId)
    {
        var kind = (DomainEventKinds)(1 << eventId);
        var (callback, since) = DomainEventCallbacks.Find(kind);
        LibvirtLibrary.Require(since, $"the event {kind}");

        return Register(sink, ofMonitor: false, opaque => NativeMethods.virConnectDomainEventRegisterAny(
            _handle, 0, eventId, (void*)callback, opaque, &DomainEventSink.Release));
    }

    private EventRegistrationHandle RegisterMonitor(DomainEventSink sink, string name)
    {
        if (LibvirtLibrary.FindLoadProblem(NativeMethods.QemuLibrary) is { } problem)
        {
            throw LibvirtException.Unavailable(LibvirtErrorCode.LibraryUnavailable, problem);
        }

        return Register(sink, ofMonitor: true, opaque => NativeMethods.virConnectDomainQemuMonitorEventRegister(
            _handle, 0, name, &DomainEventCallbacks.OnMonitorEvent, opaque, &DomainEventSink.Release, 0));
    }

    private EventRegistrationHandle Register(DomainEventSink sink, bool ofMonitor, Func<nint, int> register)
    {
        var registration = new EventRegistrationHandle(_handle, ofMonitor);
        var opaque = sink.Refer();
        var id = register(opaque);
        if (id < 0)
        {
            var error = NativeErrors.Last();
            DomainEventSink.Abandon(opaque);
            registration.Dispose();
            throw error;
        }

        registration.OwnCallback(id);
        return registration;
    }
}

using System.Threading.Channels;
using Libvirt.Events;
using Libvirt.Interop;

namespace Libvirt;

/// <summary>
/// Events of all domains of a connection, buffered without bound from the moment of subscribing, in libvirt's order across all kinds.
/// </summary>
/// <remarks>
/// The events end when the subscription or its connection is disposed. When the connection is lost, they end with a
/// <see cref="LibvirtException"/> after the last event that came: a loss never looks like an end.
/// </remarks>
public sealed class DomainEventSubscription : IDisposable
{
    private readonly LibvirtConnection _connection;
    private readonly DomainEventSink _sink;
    private readonly EventRegistrationHandle[] _registrations;

    internal DomainEventSubscription(LibvirtConnection connection, DomainEventSink sink, EventRegistrationHandle[] registrations)
    {
        _connection = connection;
        _sink = sink;
        _registrations = registrations;
    }

    /// <summary>The events. Several readers share them.</summary>
    public ChannelReader<DomainEvent> Reader => _sink.Reader;

    /// <summary>The events as a sequence.</summary>
    /// <param name="cancellationToken">Ends the reading, not the subscription.</param>
    public IAsyncEnumerable<DomainEvent> ReadAllAsync(CancellationToken cancellationToken = default) =>
        _sink.Reader.ReadAllAsync(cancellationToken);

    /// <summary>
    /// Deregisters the callbacks (<c>virConnectDomainEventDeregisterAny</c>) and ends the events after those that came. Idempotent.
    /// </summary>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _connection.State.Remove(_sink);
        _connection.Forget(this);
        _sink.Complete();
    }
}

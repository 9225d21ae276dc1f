namespace Libvirt.Tests;

/// <summary>The README's example, so that it compiles. A test holds the two together.</summary>
internal static class ReadmeSample
{
    internal static async Task RunAsync(string uri, string xml, CancellationToken cancellationToken)
    {
        // <sample>
        using var connection = await LibvirtConnection.OpenAsync(uri, cancellationToken: cancellationToken);
        connection.SetKeepAlive(TimeSpan.FromSeconds(5), count: 3);

        using var events = connection.SubscribeDomainEvents(DomainEventKinds.Lifecycle | DomainEventKinds.TrayChange);
        using var domain = await connection.CreateDomainAsync(xml, cancellationToken: cancellationToken);
        Console.WriteLine($"{domain.Name} is {domain.GetState().State}");
        await domain.DestroyAsync(cancellationToken: cancellationToken);

        await foreach (var item in events.ReadAllAsync(cancellationToken))
        {
            Console.WriteLine(item);
            if (item is DomainEvent.LifecycleChanged { Change: DomainLifecycle.Stopped } stopped && stopped.Domain.Uuid == domain.Uuid)
            {
                break;
            }
        }
        // </sample>
    }
}

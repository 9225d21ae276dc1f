namespace Libvirt.Tests;

/// <summary>The README's example, so that it compiles. A test holds the two together.</summary>
internal static class ReadmeSample
{
    internal static async Task RunAsync(string uri, string xml, CancellationToken cancellationToken)
    {
        // <sample>
        using var connection = LibvirtConnection.Open(uri);
        connection.SetKeepAlive(TimeSpan.FromSeconds(5), count: 3);

        using var events = connection.SubscribeDomainEvents(DomainEventKinds.Lifecycle | DomainEventKinds.TrayChange);
        using var domain = connection.CreateDomain(xml);
        Console.WriteLine($"{domain.Uuid} is {domain.GetState().State}");
        domain.Destroy();

        await foreach (var item in events.ReadAllAsync(cancellationToken))
        {
            Console.WriteLine(item);
            if (item is DomainEvent.LifecycleChanged { Change: DomainLifecycle.Stopped } stopped && stopped.Domain == domain.Uuid)
            {
                break;
            }
        }
        // </sample>
    }
}

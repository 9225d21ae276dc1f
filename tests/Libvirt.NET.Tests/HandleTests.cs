using System.Runtime.CompilerServices;

namespace Libvirt.Tests;

public sealed class HandleTests
{
    [Fact]
    public void A_thousand_connections_leave_no_descriptor_open()
    {
        using var warmUp = TestDriver.Open();
        var before = OpenDescriptors();

        for (var i = 0; i < 1000; i++)
        {
            using var connection = LibvirtConnection.Open(TestDriver.Uri);
            using var events = connection.SubscribeDomainEvents(DomainEventKinds.All);
        }

        // Other tests of this process come and go meanwhile.
        Assert.InRange(OpenDescriptors(), 0, before + 100);
    }

    [Fact]
    public void A_domain_outlives_the_disposing_of_its_connection()
    {
        var connection = TestDriver.Open();
        var domain = connection.CreateDomain(TestDriver.DomainXml(TestDriver.UniqueName()));

        connection.Dispose();

        Assert.Equal(DomainState.Running, domain.GetState().State);
        domain.Destroy();
        domain.Dispose();
        domain.Dispose();
        Assert.Throws<ObjectDisposedException>(() => domain.GetState());
    }

    [Fact]
    public void What_is_dropped_without_disposing_is_collected_in_any_order()
    {
        TestDriver.RequireLibvirt();

        var dropped = Enumerable.Range(0, 20).SelectMany(i => Drop(domainsFirst: i % 2 == 0)).ToList();
        Collect();

        Assert.All(dropped, reference => Assert.False(reference.IsAlive));
    }

    [Fact]
    public void What_libvirt_held_for_a_disposed_subscription_is_collected()
    {
        using var connection = TestDriver.Open();

        var dropped = Enumerable.Range(0, 20).Select(_ => Subscribe(connection)).ToList();
        Collect();

        Assert.All(dropped, reference => Assert.False(reference.IsAlive));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> Drop(bool domainsFirst)
    {
        var connection = LibvirtConnection.Open(TestDriver.Uri);
        var domains = connection.ListDomains();
        var events = connection.SubscribeDomainEvents(DomainEventKinds.All);
        if (domainsFirst)
        {
            connection.Dispose();
        }

        return [.. domains.Select(domain => new WeakReference(domain)), new WeakReference(connection), new WeakReference(events.Reader)];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Subscribe(LibvirtConnection connection)
    {
        using var events = connection.SubscribeDomainEvents(DomainEventKinds.All);
        return new WeakReference(events.Reader);
    }

    private static void Collect()
    {
        // Twice, as the finalizers of handles let go of the next ones; and libvirt forgets callbacks on its loop's thread.
        for (var i = 0; i < 5; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static int OpenDescriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;
}

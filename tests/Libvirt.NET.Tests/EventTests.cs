namespace Libvirt.Tests;

public sealed class EventTests : IDisposable
{
    private readonly TestLimit _limit = new();

    private CancellationToken Limit => _limit.Token;

    public void Dispose() => _limit.Dispose();

    [Fact]
    public async Task A_domains_life_is_told_in_order()
    {
        using var connection = TestDriver.Open();
        using var events = connection.SubscribeDomainEvents(DomainEventKinds.Lifecycle);

        using var domain = connection.CreateDomain(TestDriver.DomainXml(TestDriver.UniqueName()));
        domain.Suspend();
        domain.Resume();
        domain.Destroy();

        Assert.Equal(
            [
                new DomainEvent.LifecycleChanged(domain.Uuid, DomainLifecycle.Started, (DomainLifecycleDetail)0x200), // VIR_DOMAIN_EVENT_STARTED_BOOTED
                new DomainEvent.LifecycleChanged(domain.Uuid, DomainLifecycle.Suspended, DomainLifecycleDetail.SuspendedPaused),
                new DomainEvent.LifecycleChanged(domain.Uuid, DomainLifecycle.Resumed, (DomainLifecycleDetail)0x400), // VIR_DOMAIN_EVENT_RESUMED_UNPAUSED
                new DomainEvent.LifecycleChanged(domain.Uuid, DomainLifecycle.Stopped, DomainLifecycleDetail.StoppedDestroyed),
            ],
            await events.Of(domain, Limit).Take(4).ToListAsync(Limit));
    }

    [Fact]
    public async Task A_change_of_metadata_is_told()
    {
        using var connection = TestDriver.Open();
        using var domain = connection.CreateDomain(TestDriver.DomainXml(TestDriver.UniqueName()));
        using var events = connection.SubscribeDomainEvents(DomainEventKinds.MetadataChange);

        domain.SetMetadata("<run/>", "t", TestDriver.MetadataNamespace);

        Assert.Equal(
            new DomainEvent.MetadataChanged(domain.Uuid, TestDriver.MetadataNamespace), await events.Of(domain, Limit).FirstAsync(Limit));
        domain.Destroy();
    }

    [Fact]
    public async Task A_disposed_subscription_ends_after_what_came()
    {
        using var connection = TestDriver.Open();
        using var domain = connection.CreateDomain(TestDriver.DomainXml(TestDriver.UniqueName()));
        var events = connection.SubscribeDomainEvents(DomainEventKinds.All);
        domain.SetMetadata("<run/>", "t", TestDriver.MetadataNamespace);
        DomainEvent? next = null;
        while (await events.Reader.WaitToReadAsync(Limit) && events.Reader.TryPeek(out next) && next is not DomainEvent.MetadataChanged)
        {
            Assert.True(events.Reader.TryRead(out _));
        }

        events.Dispose();
        events.Dispose();
        domain.Destroy();

        var seen = await events.ReadAllAsync(Limit).ToListAsync(Limit);
        Assert.Contains(next, seen);
        Assert.DoesNotContain(seen, item => item is DomainEvent.LifecycleChanged { Change: DomainLifecycle.Stopped } && item.Domain == domain.Uuid);
    }

    [Fact]
    public async Task Disposing_the_connection_ends_its_subscriptions()
    {
        var connection = TestDriver.Open();
        var events = connection.SubscribeDomainEvents(DomainEventKinds.All);

        connection.Dispose();

        Assert.Empty(await events.ReadAllAsync(Limit).Where(item => item is null).ToListAsync(Limit));
        Assert.True(events.Reader.Completion.IsCompletedSuccessfully);
        events.Dispose();
    }

    [Theory]
    [InlineData(DomainEventKinds.None)]
    [InlineData((DomainEventKinds)(1 << 30))]
    public void Kinds_that_are_none_are_refused(DomainEventKinds kinds)
    {
        using var connection = TestDriver.Open();

        Assert.Throws<ArgumentOutOfRangeException>(() => connection.SubscribeDomainEvents(kinds));
    }

    [Fact]
    public async Task Many_threads_at_once_do_not_disturb_each_other()
    {
        using var connection = TestDriver.Open();
        using var events = connection.SubscribeDomainEvents(DomainEventKinds.Lifecycle);
        const int Workers = 16;
        const int Rounds = 25;
        var uuids = new HashSet<Guid>();

        await Parallel.ForEachAsync(Enumerable.Range(0, Workers), Limit, (_, _) =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                var uuid = Guid.NewGuid();
                lock (uuids)
                {
                    uuids.Add(uuid);
                }

                var name = TestDriver.UniqueName();
                using var own = LibvirtConnection.Open(TestDriver.Uri);
                using var subscription = own.SubscribeDomainEvents(DomainEventKinds.All);
                using var domain = (round % 2 == 0 ? own : connection).CreateDomain(TestDriver.DomainXml(name, uuid));

                // Errors belong to threads: each must see the one about its own name.
                var error = Assert.Throws<LibvirtException>(() => connection.CreateDomain(TestDriver.DomainXml(name)));
                Assert.Contains(name, error.Message, StringComparison.Ordinal);
                domain.Destroy();
            }

            return ValueTask.CompletedTask;
        });

        var changes = await events.ReadAllAsync(Limit)
            .OfType<DomainEvent.LifecycleChanged>()
            .Where(change => uuids.Contains(change.Domain))
            .Take(Workers * Rounds * 2)
            .ToListAsync(Limit);
        Assert.All(
            changes.GroupBy(change => change.Domain),
            life => Assert.Equal([DomainLifecycle.Started, DomainLifecycle.Stopped], life.Select(change => change.Change)));
    }
}

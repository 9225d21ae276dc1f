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
        var name = TestDriver.UniqueName();
        var uuid = Guid.NewGuid();

        using var domain = connection.CreateDomain(TestDriver.DomainXml(name, uuid));
        var id = domain.Id;
        domain.Suspend();
        domain.Resume();
        domain.Destroy();

        var seen = new List<DomainLifecycleDetail>();
        await foreach (var item in events.ReadAllAsync(Limit))
        {
            if (item is DomainEvent.LifecycleChanged change && change.Domain.Uuid == uuid)
            {
                Assert.Equal(name, change.Domain.Name);
                Assert.Equal((int)change.Change, (int)change.Detail >> 8);
                Assert.Equal(id, change.Domain.Id);
                seen.Add(change.Detail);
                if (change.Change == DomainLifecycle.Stopped)
                {
                    break;
                }
            }
        }

        Assert.Equal(
            [
                DomainLifecycleDetail.StartedBooted,
                DomainLifecycleDetail.SuspendedPaused,
                DomainLifecycleDetail.ResumedUnpaused,
                DomainLifecycleDetail.StoppedDestroyed,
            ],
            seen);
    }

    [Fact]
    public async Task A_subscription_to_one_domain_hears_of_no_other()
    {
        using var connection = TestDriver.Open();
        using var one = connection.CreateDomain(TestDriver.DomainXml(TestDriver.UniqueName()));
        using var other = connection.CreateDomain(TestDriver.DomainXml(TestDriver.UniqueName()));
        using var events = connection.SubscribeDomainEvents(DomainEventKinds.Lifecycle, one);

        other.Destroy();
        one.Destroy();

        Assert.Equal(one.Uuid, (await events.Reader.ReadAsync(Limit)).Domain.Uuid);
    }

    [Fact]
    public async Task A_change_of_metadata_is_told()
    {
        using var connection = TestDriver.Open();
        using var domain = connection.CreateDomain(TestDriver.DomainXml(TestDriver.UniqueName()));
        using var events = connection.SubscribeDomainEvents(DomainEventKinds.MetadataChange, domain);

        domain.SetMetadata(MetadataKind.Element, "<run/>", "t", TestDriver.MetadataNamespace);
        domain.SetMetadata(MetadataKind.Title, "other");

        var element = Assert.IsType<DomainEvent.MetadataChanged>(await events.Reader.ReadAsync(Limit));
        var title = Assert.IsType<DomainEvent.MetadataChanged>(await events.Reader.ReadAsync(Limit));
        Assert.Equal((MetadataKind.Element, TestDriver.MetadataNamespace), (element.Kind, element.NamespaceUri));
        Assert.Equal((MetadataKind.Title, null), (title.Kind, title.NamespaceUri));
        domain.Destroy();
    }

    [Fact]
    public async Task A_disposed_subscription_ends_after_what_came()
    {
        using var connection = TestDriver.Open();
        using var domain = connection.CreateDomain(TestDriver.DomainXml(TestDriver.UniqueName()));
        var events = connection.SubscribeDomainEvents(DomainEventKinds.All, domain);
        domain.SetMetadata(MetadataKind.Title, "first");
        Assert.True(await events.Reader.WaitToReadAsync(Limit));

        events.Dispose();
        events.Dispose();
        domain.Destroy();

        var seen = await events.ReadAllAsync(Limit).ToListAsync(Limit);
        Assert.NotEmpty(seen);
        Assert.DoesNotContain(seen, item => item is DomainEvent.LifecycleChanged { Change: DomainLifecycle.Stopped });
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
            .Where(change => uuids.Contains(change.Domain.Uuid))
            .Take(Workers * Rounds * 2)
            .ToListAsync(Limit);
        Assert.All(
            changes.GroupBy(change => change.Domain.Uuid),
            life => Assert.Equal([DomainLifecycle.Started, DomainLifecycle.Stopped], life.Select(change => change.Change)));
    }
}

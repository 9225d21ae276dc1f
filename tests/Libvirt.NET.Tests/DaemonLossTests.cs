using Libvirt.Daemon;

namespace Libvirt.Tests;

[Trait("Category", "Integration")]
[Collection(nameof(DaemonCollection))]
public sealed class DaemonLossTests(DaemonFixture fixture) : IDisposable
{
    private readonly TestLimit _limit = new();

    private CancellationToken Limit => _limit.Token;

    public void Dispose() => _limit.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_daemon_that_goes_is_noticed_everywhere_and_its_domains_are_found_again(bool killed)
    {
        DaemonFixture.RequireDaemon();
        await using var daemon = await PrivateLibvirtd.StartAsync(Limit);
        using var connection = LibvirtConnection.Open(daemon.Uri);
        using var domain = Create(connection, daemon);
        using var events = connection.SubscribeDomainEvents(DomainEventKinds.All);
        await using var console = domain.OpenConsole();
        var drained = DrainAsync(console);

        await (killed ? daemon.KillAsync() : daemon.StopAsync());

        Assert.Equal(ConnectionCloseReason.EndOfFile, await connection.Closed.WaitAsync(Limit));
        var loss = await Assert.ThrowsAsync<LibvirtException>(async () => await events.ReadAllAsync(Limit).CountAsync(Limit));
        Assert.Equal(LibvirtErrorCode.Rpc, loss.Code);
        var broken = await Assert.ThrowsAsync<IOException>(() => drained);
        Assert.Same(loss, broken.InnerException);
        Assert.False(connection.IsAlive);
        Assert.Throws<LibvirtException>(() => domain.GetState());
        Assert.Throws<LibvirtException>(() => connection.SubscribeDomainEvents(DomainEventKinds.Lifecycle));

        await daemon.StartAgainAsync(Limit);
        using var again = LibvirtConnection.Open(daemon.Uri);
        using var found = again.FindDomainByUuid(domain.Uuid)!;
        Assert.Equal(DomainState.Running, found.GetState().State);
        using var more = again.SubscribeDomainEvents(DomainEventKinds.Lifecycle);

        // Waits until the daemon has connected to QEMU again. A destroy before that ends QEMU too, but says that there is no such domain.
        found.SetMetadata("<run/>", "t", TestDriver.MetadataNamespace);
        found.Destroy();
        var end = await more.ReadAllAsync(Limit).OfType<DomainEvent.LifecycleChanged>()
            .FirstAsync(change => change.Change == DomainLifecycle.Stopped, Limit);
        Assert.Equal(DomainLifecycleDetail.StoppedDestroyed, end.Detail);
    }

    [Fact]
    public async Task A_daemon_that_hangs_is_given_up_by_keepalive()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        Assert.True(connection.SetKeepAlive(TimeSpan.FromSeconds(1), 1));

        fixture.Daemon.Freeze();
        try
        {
            Assert.Equal(ConnectionCloseReason.KeepAlive, await connection.Closed.WaitAsync(Limit));
            Assert.False(connection.IsAlive);
        }
        finally
        {
            fixture.Daemon.Thaw();
        }
    }

    [Fact]
    public async Task Fifty_connections_with_everything_in_use_leave_no_descriptor_open()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = Create(connection, fixture.Daemon);
        var before = Directory.GetFileSystemEntries("/proc/self/fd").Length;

        for (var i = 0; i < 50; i++)
        {
            using var own = LibvirtConnection.Open(fixture.Daemon.Uri);
            using var events = own.SubscribeDomainEvents(DomainEventKinds.All);
            using var found = own.FindDomainByUuid(domain.Uuid)!;
            await using var console = found.OpenConsole(ConsoleFlags.Force);
        }

        // The libvirt client closes on its loop's thread; what unit tests open meanwhile is far fewer than fifty.
        Assert.InRange(Directory.GetFileSystemEntries("/proc/self/fd").Length, 0, before + 40);
        domain.Destroy();
    }

    private static LibvirtDomain Create(LibvirtConnection connection, PrivateLibvirtd daemon) =>
        connection.CreateDomain(BootSectorGuest.DomainXml(daemon.Files, TestDriver.UniqueName(), Guid.NewGuid()));

    private async Task DrainAsync(Stream stream)
    {
        var buffer = new byte[256];
        while (await stream.ReadAsync(buffer, Limit) > 0)
        {
        }
    }
}

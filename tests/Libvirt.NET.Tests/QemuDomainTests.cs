using System.Text;
using System.Xml.Linq;
using Libvirt.Daemon;

namespace Libvirt.Tests;

[Trait("Category", "Integration")]
[Collection(nameof(DaemonCollection))]
public sealed class QemuDomainTests(DaemonFixture fixture) : IDisposable
{
    private readonly TestLimit _limit = new();

    private CancellationToken Limit => _limit.Token;

    public void Dispose() => _limit.Dispose();

    [Fact]
    public async Task A_domain_created_paused_tells_of_its_start_and_waits()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var events = connection.SubscribeDomainEvents(DomainEventKinds.All);

        using var domain = CreatePaused(connection);
        Assert.Equal(DomainState.Paused, domain.GetState().State);
        domain.Resume();
        domain.Destroy();

        var life = await ReadLifeAsync(events, domain);
        Assert.Contains(life, change => change.Change == DomainLifecycle.Resumed);
        Assert.Equal(DomainLifecycleDetail.StoppedDestroyed, life[^1].Detail);
        Assert.Null(connection.FindDomainByUuid(domain.Uuid));
    }

    [Fact]
    public async Task An_opened_tray_is_told_and_its_medium_removed_by_force()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = CreatePaused(connection);
        using var events = connection.SubscribeDomainEvents(DomainEventKinds.TrayChange);
        Assert.NotNull(Medium(domain));

        OpenTray(domain);
        Assert.Equal(
            new DomainEvent.TrayChanged(domain.Uuid, BootSectorGuest.DriveAlias, TrayChange.Opened), await events.Of(domain, Limit).FirstAsync(Limit));
        domain.UpdateDevice(BootSectorGuest.EmptyDriveXml(), DeviceModifyFlags.Live | DeviceModifyFlags.Force);

        Assert.Null(Medium(domain));
        Assert.DoesNotContain(".iso", domain.QemuMonitorCommand("""{"execute":"query-block"}"""), StringComparison.Ordinal);
        domain.UpdateDevice(BootSectorGuest.EmptyDriveXml(), DeviceModifyFlags.Live | DeviceModifyFlags.Force);
        Assert.Null(Medium(domain));
        domain.Destroy();
    }

    [Fact]
    public void A_disk_has_sizes_and_an_empty_drive_and_an_unknown_disk_have_none()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = CreatePaused(connection);

        Assert.Equal(1024 * 1024, domain.GetBlockInfo("vda").CapacityBytes);
        Assert.Equal(LibvirtErrorCode.InvalidArgument, Assert.Throws<LibvirtException>(() => domain.GetBlockInfo("vdz")).Code);
        domain.UpdateDevice(BootSectorGuest.EmptyDriveXml(), DeviceModifyFlags.Live | DeviceModifyFlags.Force);
        Assert.Equal(LibvirtErrorCode.InvalidArgument, Assert.Throws<LibvirtException>(() => domain.GetBlockInfo("sda")).Code);
        domain.Destroy();
    }

    [Fact]
    public void A_medium_behind_a_closed_tray_is_removed_by_force_too()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = CreatePaused(connection);

        domain.UpdateDevice(BootSectorGuest.EmptyDriveXml(), DeviceModifyFlags.Live | DeviceModifyFlags.Force);

        Assert.Null(Medium(domain));
        domain.Destroy();
    }

    [Fact]
    public async Task A_console_carries_bytes_both_ways_until_the_domain_is_over()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = CreatePaused(connection);
        await using var console = domain.OpenConsole();
        domain.Resume();
        Assert.Equal("!", await ReadUntilAsync(console, '!'));

        await console.WriteAsync("hello"u8.ToArray(), Limit);
        Assert.Equal("hello", await ReadUntilAsync(console, 'o'));

        var next = console.ReadAsync(new byte[16], Limit);
        domain.Destroy();
        Assert.Equal(0, await next);
        Assert.Equal(0, await console.ReadAsync(new byte[16], Limit));
    }

    [Fact]
    public async Task A_cancelled_read_of_a_console_loses_nothing()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = CreatePaused(connection);
        await using var console = domain.OpenConsole();
        using var cancellation = new CancellationTokenSource();
        var waiting = console.ReadAsync(new byte[16], cancellation.Token).AsTask();

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        domain.Resume();

        Assert.Equal("!", await ReadUntilAsync(console, '!'));
        domain.Destroy();
    }

    [Fact]
    public async Task A_console_has_one_client_which_force_throws_out()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = CreatePaused(connection);
        await using var first = domain.OpenConsole();
        var waiting = first.ReadAsync(new byte[16], Limit).AsTask();

        Assert.Equal(LibvirtErrorCode.OperationFailed, Assert.Throws<LibvirtException>(() => domain.OpenConsole()).Code);
        await using var second = domain.OpenConsole(ConsoleFlags.Force);

        Assert.IsType<LibvirtException>((await Assert.ThrowsAsync<IOException>(() => waiting)).InnerException);
        domain.Resume();
        Assert.Equal("!", await ReadUntilAsync(second, '!'));
        domain.Destroy();
    }

    [Fact]
    public async Task Disposing_a_console_ends_the_read_that_waits()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = CreatePaused(connection);
        var console = domain.OpenConsole();
        var waiting = console.ReadAsync(new byte[16], Limit).AsTask();

        await console.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await using var again = domain.OpenConsole();
        domain.Destroy();
    }

    [Theory]
    [InlineData("s", new[] { DomainLifecycleDetail.ShutdownGuest, DomainLifecycleDetail.StoppedShutdown })]
    [InlineData("p", new[] { (DomainLifecycleDetail)0x800, DomainLifecycleDetail.StoppedCrashed })] // VIR_DOMAIN_EVENT_CRASHED_PANICKED
    public async Task A_guests_end_is_told_with_its_cause(string command, DomainLifecycleDetail[] told)
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = CreatePaused(connection);
        using var events = connection.SubscribeDomainEvents(DomainEventKinds.All);
        await using var console = domain.OpenConsole();
        domain.Resume();
        await ReadUntilAsync(console, '!');

        await console.WriteAsync(Encoding.ASCII.GetBytes(command), Limit);

        var life = await ReadLifeAsync(events, domain);
        Assert.Equal(
            told,
            life.Where(change => change.Change is DomainLifecycle.Shutdown or DomainLifecycle.Crashed or DomainLifecycle.Stopped).Select(change => change.Detail));
    }

    [Fact]
    public async Task An_event_of_the_monitor_that_libvirt_does_not_tell_of_itself_can_be_heard()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = CreatePaused(connection);
        using var events = connection.SubscribeDomainEvents(DomainEventKinds.Reboot, "POWERDOWN");
        domain.Resume();

        domain.Shutdown(DomainShutdownFlags.AcpiPowerButton);

        Assert.Equal("POWERDOWN", Assert.IsType<DomainEvent.MonitorEvent>(await events.Of(domain, Limit).FirstAsync(Limit)).Name);
        domain.Destroy();
    }

    [Fact]
    public async Task A_guests_reboot_is_told_and_the_domain_goes_on()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = CreatePaused(connection);
        using var events = connection.SubscribeDomainEvents(DomainEventKinds.Reboot);
        await using var console = domain.OpenConsole();
        domain.Resume();
        await ReadUntilAsync(console, '!');

        await console.WriteAsync("r"u8.ToArray(), Limit);

        Assert.IsType<DomainEvent.Rebooted>(await events.Of(domain, Limit).FirstAsync(Limit));
        Assert.Equal("!", await ReadUntilAsync(console, '!'));
        domain.Destroy();
    }

    [Fact]
    public void A_drive_is_removed()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = CreatePaused(connection);

        domain.DetachDevice(BootSectorGuest.EmptyDriveXml(), DeviceModifyFlags.Live);

        Assert.DoesNotContain("device='cdrom'", domain.GetXml(), StringComparison.Ordinal);
        domain.Destroy();
    }

    [Fact]
    public void A_host_tells_what_domains_it_can_run()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);

        Assert.Equal("QEMU", connection.HypervisorType);
        var capabilities = XDocument.Parse(connection.GetDomainCapabilities(architecture: "x86_64", virtType: "qemu"));
        Assert.Equal("qemu", capabilities.Root!.Element("domain")!.Value);
    }

    private LibvirtDomain CreatePaused(LibvirtConnection connection) => connection.CreateDomain(
        BootSectorGuest.DomainXml(fixture.Daemon.Files, TestDriver.UniqueName(), Guid.NewGuid()), DomainCreateFlags.Paused);

    private static void OpenTray(LibvirtDomain domain) => domain.QemuMonitorCommand(
        $$$"""{"execute":"blockdev-open-tray","arguments":{"id":"{{{BootSectorGuest.DriveAlias}}}","force":true}}""");

    private static string? Medium(LibvirtDomain domain) => XDocument.Parse(domain.GetXml())
        .Descendants("disk").Single(disk => disk.Attribute("device")!.Value == "cdrom").Element("source")?.Attribute("file")?.Value;

    private async Task<List<DomainEvent.LifecycleChanged>> ReadLifeAsync(DomainEventSubscription events, LibvirtDomain domain)
    {
        var life = new List<DomainEvent.LifecycleChanged>();
        await foreach (var item in events.Of(domain, Limit))
        {
            TestContext.Current.TestOutputHelper?.WriteLine(item.ToString());
            if (item is DomainEvent.LifecycleChanged change)
            {
                life.Add(change);
                if (change.Change == DomainLifecycle.Stopped)
                {
                    break;
                }
            }
        }

        return life;
    }

    private async Task<string> ReadUntilAsync(Stream console, char last)
    {
        var text = new StringBuilder();
        var buffer = new byte[64];
        while (!text.ToString().Contains(last))
        {
            var count = await console.ReadAsync(buffer, Limit);
            Assert.NotEqual(0, count);

            // The firmware has the serial port to itself before the guest does.
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return text.ToString();
    }
}

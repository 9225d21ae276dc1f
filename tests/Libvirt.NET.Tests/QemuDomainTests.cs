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

        using var domain = await CreatePausedAsync(connection);
        Assert.Equal(DomainState.Paused, domain.GetState().State);
        domain.Resume();
        await domain.DestroyAsync(cancellationToken: Limit);

        Assert.Equal(
            [
                DomainLifecycleDetail.ResumedUnpaused,
                DomainLifecycleDetail.StoppedDestroyed,
            ],
            (await ReadLifeAsync(events)).Where(detail => detail is DomainLifecycleDetail.ResumedUnpaused or DomainLifecycleDetail.StoppedDestroyed));
        Assert.Null(connection.FindDomainByUuid(domain.Uuid));
    }

    [Fact]
    public async Task An_opened_tray_is_told_and_its_medium_removed_by_force()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = await CreatePausedAsync(connection);
        using var events = connection.SubscribeDomainEvents(DomainEventKinds.TrayChange, domain);
        Assert.NotNull(Medium(domain));

        OpenTray(domain);
        var tray = Assert.IsType<DomainEvent.TrayChanged>(await events.Reader.ReadAsync(Limit));
        Assert.Equal((BootSectorGuest.DriveAlias, TrayChange.Opened), (tray.DeviceAlias, tray.Change));
        await domain.UpdateDeviceAsync(BootSectorGuest.EmptyDriveXml(), DeviceModifyFlags.Live | DeviceModifyFlags.Force, Limit);

        Assert.Null(Medium(domain));
        Assert.DoesNotContain(".iso", domain.QemuMonitorCommand("info block", QemuMonitorFlags.HumanMonitor), StringComparison.Ordinal);
        domain.UpdateDevice(BootSectorGuest.EmptyDriveXml(), DeviceModifyFlags.Live | DeviceModifyFlags.Force);
        Assert.Null(Medium(domain));
        domain.Destroy();
    }

    [Fact]
    public async Task A_disk_has_sizes_and_an_empty_drive_and_an_unknown_disk_have_none()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = await CreatePausedAsync(connection);

        Assert.Equal(1024 * 1024, domain.GetBlockInfo("vda").CapacityBytes);
        Assert.Equal(LibvirtErrorCode.InvalidArgument, Assert.Throws<LibvirtException>(() => domain.GetBlockInfo("vdz")).Code);
        domain.UpdateDevice(BootSectorGuest.EmptyDriveXml(), DeviceModifyFlags.Live | DeviceModifyFlags.Force);
        Assert.Equal(LibvirtErrorCode.InvalidArgument, Assert.Throws<LibvirtException>(() => domain.GetBlockInfo("sda")).Code);
        domain.Destroy();
    }

    [Fact]
    public async Task A_medium_behind_a_closed_tray_is_removed_by_force_too()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = await CreatePausedAsync(connection);

        domain.UpdateDevice(BootSectorGuest.EmptyDriveXml(), DeviceModifyFlags.Live | DeviceModifyFlags.Force);

        Assert.Null(Medium(domain));
        domain.Destroy();
    }

    [Fact]
    public async Task A_console_carries_bytes_both_ways_until_the_domain_is_over()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = await CreatePausedAsync(connection);
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
        using var domain = await CreatePausedAsync(connection);
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
        using var domain = await CreatePausedAsync(connection);
        await using var first = domain.OpenConsole();
        var waiting = first.ReadAsync(new byte[16], Limit).AsTask();

        Assert.Equal(LibvirtErrorCode.OperationFailed, Assert.Throws<LibvirtException>(() => domain.OpenConsole()).Code);
        await using var second = domain.OpenConsole(flags: ConsoleFlags.Force);

        Assert.IsType<LibvirtException>((await Assert.ThrowsAsync<IOException>(() => waiting)).InnerException);
        domain.Resume();
        Assert.Equal("!", await ReadUntilAsync(second, '!'));
        domain.Destroy();
    }

    [Fact]
    public async Task Disposing_a_console_ends_the_read_that_waits()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = await CreatePausedAsync(connection);
        var console = domain.OpenConsole();
        var waiting = console.ReadAsync(new byte[16], Limit).AsTask();

        await console.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await using var again = domain.OpenConsole();
        domain.Destroy();
    }

    [Theory]
    [InlineData("s", new[] { DomainLifecycleDetail.ShutdownGuest, DomainLifecycleDetail.StoppedShutdown })]
    [InlineData("p", new[] { DomainLifecycleDetail.CrashedPanicked, DomainLifecycleDetail.StoppedCrashed })]
    public async Task A_guests_end_is_told_with_its_cause(string command, DomainLifecycleDetail[] told)
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = await CreatePausedAsync(connection);
        using var events = connection.SubscribeDomainEvents(DomainEventKinds.All, domain);
        await using var console = domain.OpenConsole();
        domain.Resume();
        await ReadUntilAsync(console, '!');

        await console.WriteAsync(Encoding.ASCII.GetBytes(command), Limit);

        var life = await ReadLifeAsync(events);
        Assert.Equal(told, life.Where(detail => detail is not DomainLifecycleDetail.ResumedUnpaused && (int)detail >> 8 is 5 or 6 or 8));
    }

    [Fact]
    public async Task An_event_of_the_monitor_that_libvirt_does_not_tell_of_itself_can_be_heard()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = await CreatePausedAsync(connection);
        using var events = connection.SubscribeDomainEvents(DomainEventKinds.Reboot, domain, "POWERDOWN");
        domain.Resume();

        domain.Shutdown(DomainShutdownFlags.AcpiPowerButton);

        var told = Assert.IsType<DomainEvent.MonitorEvent>(await events.Reader.ReadAsync(Limit));
        Assert.Equal((domain.Uuid, "POWERDOWN"), (told.Domain.Uuid, told.Name));
        domain.Destroy();
    }

    [Fact]
    public async Task A_guests_reboot_is_told_and_the_domain_goes_on()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = await CreatePausedAsync(connection);
        using var events = connection.SubscribeDomainEvents(DomainEventKinds.Reboot, domain);
        await using var console = domain.OpenConsole();
        domain.Resume();
        await ReadUntilAsync(console, '!');

        await console.WriteAsync("r"u8.ToArray(), Limit);

        Assert.IsType<DomainEvent.Rebooted>(await events.Reader.ReadAsync(Limit));
        Assert.Equal("!", await ReadUntilAsync(console, '!'));
        domain.Destroy();
    }

    [Fact]
    public async Task A_reset_starts_the_guest_again()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = await CreatePausedAsync(connection);
        await using var console = domain.OpenConsole();
        domain.Resume();
        await ReadUntilAsync(console, '!');

        domain.Reset();
        Assert.Equal("!", await ReadUntilAsync(console, '!'));

        // This guest does not heed the button behind it.
        domain.Reboot(DomainShutdownFlags.AcpiPowerButton);
        domain.Destroy();
    }

    [Fact]
    public async Task Disks_are_added_and_removed_and_told()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = await CreatePausedAsync(connection);
        using var events = connection.SubscribeDomainEvents(DomainEventKinds.DeviceAdded | DomainEventKinds.DeviceRemoved, domain);
        var file = Path.Combine(fixture.Daemon.Files, $"{domain.Name}.extra");
        await File.WriteAllBytesAsync(file, new byte[1024 * 1024], Limit);
        var disk = $"<disk type='file'><source file='{file}'/><target dev='sdb' bus='scsi'/></disk>";

        domain.AttachDevice(disk, DeviceModifyFlags.Live);
        var added = Assert.IsType<DomainEvent.DeviceAdded>(await events.Reader.ReadAsync(Limit));
        domain.DetachDevice(disk, DeviceModifyFlags.Live);
        Assert.Equal(added.DeviceAlias, Assert.IsType<DomainEvent.DeviceRemoved>(await events.Reader.ReadAsync(Limit)).DeviceAlias);

        domain.AttachDevice(disk, DeviceModifyFlags.Live);
        Assert.IsType<DomainEvent.DeviceAdded>(await events.Reader.ReadAsync(Limit));
        domain.DetachDeviceByAlias(added.DeviceAlias, DeviceModifyFlags.Live);
        Assert.IsType<DomainEvent.DeviceRemoved>(await events.Reader.ReadAsync(Limit));
        domain.Destroy();
    }

    [Fact]
    public async Task A_saved_domain_is_restored_where_it_was()
    {
        using var connection = LibvirtConnection.Open(fixture.Daemon.Uri);
        using var domain = await CreatePausedAsync(connection);
        var file = Path.Combine(fixture.Daemon.Files, $"{domain.Name}.save");
        await using (var console = domain.OpenConsole())
        {
            domain.Resume();
            await ReadUntilAsync(console, '!');
        }

        await domain.SaveAsync(file, cancellationToken: Limit);
        Assert.Null(connection.FindDomainByUuid(domain.Uuid));
        var titled = XElement.Parse(connection.GetSavedXml(file));
        titled.Element("uuid")!.AddAfterSelf(new XElement("title", "restored"));
        connection.SetSavedXml(file, titled.ToString(), SaveFlags.Paused);
        await connection.RestoreAsync(file, cancellationToken: Limit);

        using var restored = connection.FindDomainByUuid(domain.Uuid)!;
        Assert.Equal("restored", restored.GetMetadata(MetadataKind.Title));
        await using var again = restored.OpenConsole();
        restored.Resume();
        await again.WriteAsync("all"u8.ToArray(), Limit);
        Assert.Equal("all", await ReadUntilAsync(again, 'l', occurrences: 2));
        restored.Destroy();
    }

    [Fact]
    public async Task A_host_tells_what_domains_it_can_run()
    {
        using var connection = await LibvirtConnection.OpenAsync(fixture.Daemon.Uri, cancellationToken: Limit);

        Assert.Equal("QEMU", connection.HypervisorType);
        var capabilities = XDocument.Parse(connection.GetDomainCapabilities(architecture: "x86_64", virtType: "qemu"));
        Assert.Equal("qemu", capabilities.Root!.Element("domain")!.Value);
    }

    private async Task<LibvirtDomain> CreatePausedAsync(LibvirtConnection connection)
    {
        var xml = BootSectorGuest.DomainXml(fixture.Daemon.Files, TestDriver.UniqueName(), Guid.NewGuid());
        return await connection.CreateDomainAsync(xml, DomainCreateFlags.Paused | DomainCreateFlags.Validate, Limit);
    }

    private static void OpenTray(LibvirtDomain domain) => domain.QemuMonitorCommand(
        $$$"""{"execute":"blockdev-open-tray","arguments":{"id":"{{{BootSectorGuest.DriveAlias}}}","force":true}}""");

    private static string? Medium(LibvirtDomain domain) => XDocument.Parse(domain.GetXml())
        .Descendants("disk").Single(disk => disk.Attribute("device")!.Value == "cdrom").Element("source")?.Attribute("file")?.Value;

    private async Task<List<DomainLifecycleDetail>> ReadLifeAsync(DomainEventSubscription events)
    {
        var life = new List<DomainLifecycleDetail>();
        await foreach (var item in events.ReadAllAsync(Limit))
        {
            TestContext.Current.TestOutputHelper?.WriteLine(item.ToString());
            if (item is DomainEvent.LifecycleChanged change)
            {
                life.Add(change.Detail);
                if (change.Change == DomainLifecycle.Stopped)
                {
                    break;
                }
            }
        }

        return life;
    }

    private async Task<string> ReadUntilAsync(Stream console, char last, int occurrences = 1)
    {
        var text = new StringBuilder();
        var buffer = new byte[64];
        while (text.ToString().Count(character => character == last) < occurrences)
        {
            var count = await console.ReadAsync(buffer, Limit);
            Assert.NotEqual(0, count);

            // The firmware has the serial port to itself before the guest does.
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return text.ToString();
    }
}

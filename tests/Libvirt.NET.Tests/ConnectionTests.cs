using System.Xml.Linq;

namespace Libvirt.Tests;

public sealed class ConnectionTests
{
    [Fact]
    public void A_connection_tells_where_it_leads_and_what_is_there()
    {
        using var connection = TestDriver.Open();

        Assert.True(connection.IsAlive);
        Assert.True(connection.IsSecure);
        Assert.False(connection.IsEncrypted);
        Assert.Equal(TestDriver.Uri, connection.GetUri());
        Assert.Equal("TEST", connection.HypervisorType);
        Assert.NotEmpty(connection.GetHostname());
        Assert.Equal(LibvirtLibrary.Version, connection.GetDaemonVersion());
        Assert.Equal(new Version(0, 0, 2), connection.GetHypervisorVersion());
        Assert.Equal("capabilities", XDocument.Parse(connection.GetCapabilities()).Root!.Name);
    }

    [Fact]
    public void A_host_tells_its_processors_and_memory()
    {
        using var connection = TestDriver.Open();

        // The test driver's made-up host.
        Assert.Equal(new NodeInfo("i686", 3145728, 16, 1400, 2, 2, 2, 2), connection.GetNodeInfo());
        Assert.True(connection.GetFreeMemory() > 0);
    }

    [Fact]
    public void A_uri_nobody_answers_is_an_error_with_its_code()
    {
        TestDriver.RequireLibvirt();

        var error = Assert.Throws<LibvirtException>(() => LibvirtConnection.Open("qemu+unix:///system?socket=/nonexistent/socket"));

        Assert.Equal(LibvirtErrorCode.SystemError, error.Code);
        Assert.Equal(LibvirtErrorDomain.Rpc, error.Domain);
        Assert.Equal(LibvirtErrorLevel.Error, error.Level);
        Assert.Contains("/nonexistent/socket", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, error.Number1); // ENOENT
    }

    [Fact]
    public void A_read_only_connection_refuses_to_write()
    {
        TestDriver.RequireLibvirt();
        using var connection = LibvirtConnection.Open(TestDriver.Uri, ConnectionFlags.ReadOnly);

        var error = Assert.Throws<LibvirtException>(() => connection.CreateDomain(TestDriver.DomainXml(TestDriver.UniqueName())));

        Assert.Equal(LibvirtErrorCode.OperationDenied, error.Code);
    }

    [Fact]
    public async Task Disposing_closes_for_the_reason_that_the_client_wanted_it()
    {
        var connection = TestDriver.Open();
        Assert.False(connection.Closed.IsCompleted);

        connection.Dispose();
        connection.Dispose();

        Assert.Equal(ConnectionCloseReason.Client, await connection.Closed);
        Assert.Throws<ObjectDisposedException>(() => connection.GetUri());
        Assert.Throws<ObjectDisposedException>(() => connection.SubscribeDomainEvents(DomainEventKinds.Lifecycle));
    }

    [Fact]
    public void A_driver_without_a_daemon_needs_no_keepalive()
    {
        using var connection = TestDriver.Open();

        Assert.False(connection.SetKeepAlive(TimeSpan.FromSeconds(5), 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => connection.SetKeepAlive(TimeSpan.FromMilliseconds(1), 3));
    }

    [Fact]
    public async Task A_cancelled_opening_does_not_start()
    {
        TestDriver.RequireLibvirt();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => LibvirtConnection.OpenAsync(TestDriver.Uri, cancellationToken: new CancellationToken(canceled: true)));
    }
}

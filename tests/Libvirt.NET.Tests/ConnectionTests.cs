using System.Xml.Linq;

namespace Libvirt.Tests;

public sealed class ConnectionTests
{
    [Fact]
    public void A_connection_tells_what_is_there()
    {
        using var connection = TestDriver.Open();

        Assert.True(connection.IsAlive);
        Assert.Equal("TEST", connection.HypervisorType);
        Assert.Equal(LibvirtLibrary.Version, connection.GetDaemonVersion());
        Assert.Equal(new Version(0, 0, 2), connection.GetHypervisorVersion());
        Assert.Equal("capabilities", XDocument.Parse(connection.GetCapabilities()).Root!.Name);
    }

    [Fact]
    public void A_uri_nobody_answers_is_an_error_with_its_code()
    {
        TestDriver.RequireLibvirt();

        var error = Assert.Throws<LibvirtException>(() => LibvirtConnection.Open("qemu+unix:///system?socket=/nonexistent/socket"));

        Assert.Equal(LibvirtErrorCode.SystemError, error.Code);
        Assert.Equal((LibvirtErrorDomain)7, error.Domain); // VIR_FROM_RPC
        Assert.Contains("/nonexistent/socket", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, error.Number1); // ENOENT
    }

    [Fact]
    public async Task Disposing_closes_for_the_reason_that_the_client_wanted_it()
    {
        var connection = TestDriver.Open();
        Assert.False(connection.Closed.IsCompleted);

        connection.Dispose();
        connection.Dispose();

        Assert.Equal(ConnectionCloseReason.Client, await connection.Closed);
        Assert.Throws<ObjectDisposedException>(() => connection.GetCapabilities());
        Assert.Throws<ObjectDisposedException>(() => connection.SubscribeDomainEvents(DomainEventKinds.Lifecycle));
    }

    [Fact]
    public void A_driver_without_a_daemon_needs_no_keepalive()
    {
        using var connection = TestDriver.Open();

        Assert.False(connection.SetKeepAlive(TimeSpan.FromSeconds(5), 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => connection.SetKeepAlive(TimeSpan.FromMilliseconds(1), 3));
    }
}

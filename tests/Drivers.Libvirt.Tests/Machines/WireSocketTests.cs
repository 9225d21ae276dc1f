using System.Net.Sockets;
using Orchestrator.Drivers.Libvirt.Preparation;

namespace Orchestrator.Drivers.Libvirt.Tests.Machines;

/// <summary>Whose connection becomes a machine's wire: others of QEMU's user can connect to it as well.</summary>
public sealed class WireSocketTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"orchestrator-wire-{Guid.NewGuid():N}");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Only_the_machines_own_QEMU_is_taken()
    {
        using var wire = new WireSocket(_path);
        using var client = Connect();
        using var stranger = Connect();

        Assert.Throws<HypervisorException>(() => wire.Accept(Environment.ProcessId + 1));
    }

    [Fact]
    public void The_last_of_its_connections_is()
    {
        using var wire = new WireSocket(_path);
        using var first = Connect();
        using var last = Connect();

        using var taken = wire.Accept(Environment.ProcessId);
        taken.Send("x"u8);

        Assert.Equal(1, last.Receive(new byte[1]));
        Assert.Equal(0, first.Receive(new byte[1])); // closed
    }

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(_path));
        return socket;
    }
}

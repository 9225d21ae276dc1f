using System.Net;
using System.Net.Sockets;
using Orchestrator.Drivers.Host.Machines;

namespace Orchestrator.Drivers.Host.Tests.Machines;

public sealed class SshPortsTests
{
    private readonly List<int?> _tried = [];

    [Fact]
    public async Task A_port_that_was_chosen_and_taken_meanwhile_is_chosen_again()
    {
        await Assert.ThrowsAsync<PreparedException>(() => PrepareAsync(demanded: null, busy: 2));

        Assert.Equal(3, _tried.Count);
        Assert.All(_tried, port => Assert.NotNull(port));
    }

    [Fact]
    public async Task A_host_whose_ports_are_always_taken_is_no_accident()
    {
        await Assert.ThrowsAsync<HostException>(() => PrepareAsync(demanded: null, busy: int.MaxValue));

        Assert.Equal(5, _tried.Count);
    }

    [Fact]
    public async Task A_demanded_port_is_not_replaced()
    {
        await Assert.ThrowsAsync<HostException>(() => PrepareAsync(demanded: 2201, busy: 1));

        Assert.Equal([2201], _tried);
    }

    [Fact]
    public async Task A_machine_without_network_gets_none()
    {
        await Assert.ThrowsAsync<PreparedException>(() => PrepareAsync(demanded: 2201, busy: 0, NetworkMode.None));

        Assert.Equal([null], _tried);
    }

    [Fact]
    public void A_demanded_port_that_is_taken_is_refused_beforehand()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var error = Assert.Throws<HostException>(() => SshPorts.Require(Machine(NetworkMode.Open), port));

        Assert.Equal(HostProblem.PortBusy, error.Problem);
        Assert.Contains($"{port}", error.Message, StringComparison.Ordinal);
        SshPorts.Require(Machine(NetworkMode.None), port);
        SshPorts.Require(Machine(NetworkMode.Open), null);
    }

    [Fact]
    public void A_port_that_is_merely_bound_or_that_a_connection_went_out_from_is_taken_too()
    {
        using var bound = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        bound.SetRawSocketOption(1, 2, BitConverter.GetBytes(0)); // SOL_SOCKET, SO_REUSEADDR: .NET sets it, others do not
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        using var client = new TcpClient();
        client.Connect((IPEndPoint)server.LocalEndpoint);

        foreach (var socket in (Socket[])[bound, client.Client])
        {
            var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            var error = Assert.Throws<HostException>(() => SshPorts.EnsureFree(port));
            Assert.Equal(HostProblem.PortBusy, error.Problem);
            Assert.StartsWith($"ssh-port {port} is taken on 127.0.0.1; choose another", error.Message, StringComparison.Ordinal);
        }
    }

    // No machine is made: whoever would make it only says which port it was given.
    private Task<IVirtualMachine> PrepareAsync(int? demanded, int busy, NetworkMode network = NetworkMode.Open) => SshPorts.PrepareAsync(
        new VmSpec
        {
            Id = VmId.Create(TimeProvider.System),
            Owner = new OwnerId("owner"),
            RunDirectory = "/nowhere",
            Machine = Machine(network),
            Accelerator = AcceleratorPreference.Tcg,
            SshPort = demanded,
        },
        spec =>
        {
            _tried.Add(spec.SshPort);
            throw _tried.Count <= busy ? SshPorts.Busy(spec.SshPort ?? 0) : new PreparedException();
        });

    private static MachineDescription Machine(NetworkMode network) => new()
    {
        Name = "vm-1",
        Architecture = GuestArchitecture.X64,
        Processors = 1,
        MemoryBytes = 64L << 20,
        RootDiskBytes = 1L << 30,
        BaseImagePath = "/images/base.qcow2",
        Network = network,
    };

    // Prepared, as far as these tests go.
    private sealed class PreparedException : Exception;
}

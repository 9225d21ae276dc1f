using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Drivers.Host.Machines;

/// <summary>The TCP ports on 127.0.0.1 that lead to guests' SSH.</summary>
internal static class SshPorts
{
    // Another program may take a chosen port between choosing and the machine's listening; so often in a row it is no accident.
    private const int Attempts = 5;

    /// <summary>Prepares a machine on the port that is demanded; else on one that is free, and on another one if that is taken meanwhile.</summary>
    /// <param name="spec">The machine.</param>
    /// <param name="prepare">Prepares it; throws <see cref="HostProblem.PortBusy"/> where the port of what it is given is taken.</param>
    public static async Task<IVirtualMachine> PrepareAsync(VmSpec spec, Func<VmSpec, Task<IVirtualMachine>> prepare)
    {
        for (var attempt = 1; ; attempt++)
        {
            int? port = spec.Machine.Network == NetworkMode.None ? null : spec.SshPort ?? PickFree();
            try
            {
                return await prepare(spec with { SshPort = port }).ConfigureAwait(false);
            }
            catch (HostException error) when (error.Problem == HostProblem.PortBusy && spec.SshPort is null && attempt < Attempts)
            {
                // Chosen, not demanded: choose another.
            }
        }
    }

    /// <summary>A port that nobody listens on at the moment. Another may take it before the machine does: then the driver says so.</summary>
    public static int PickFree()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Makes sure that a machine's demanded port can be had, if it demands one.</summary>
    /// <exception cref="HostException">It cannot.</exception>
    public static void Require(MachineDescription machine, int? port)
    {
        if (machine.Network != NetworkMode.None && port is { } demanded)
        {
            EnsureFree(demanded);
        }
    }

    /// <summary>Makes sure early that a demanded port can be had.</summary>
    /// <exception cref="HostException">It cannot: <see cref="HostProblem.PortBusy"/>, or <see cref="HostProblem.PermissionDenied"/> for a privileged one.</exception>
    public static void EnsureFree(int port)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

            // QEMU's slirp sets it too, so that a port whose last connection is in TIME_WAIT counts as free for both.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(1);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AccessDenied)
        {
            throw Privileged(port, error);
        }
        catch (SocketException error)
        {
            throw Busy(port, error);
        }
    }

    /// <summary>The line for a port that is root's.</summary>
    public static HostException Privileged(int port, Exception? error) => new(
        HostProblem.PermissionDenied, $"ssh-port {port}: only root may listen on it; choose one from 1024 up with --ssh-port", error);

    /// <summary>The line for a port that is taken: by a listener, an outgoing connection, or a program that did no more yet than to bind it.</summary>
    public static HostException Busy(int? port, Exception? error = null) => new(
        HostProblem.PortBusy,
        $"ssh-port {port} is taken on 127.0.0.1; choose another with --ssh-port, or 0 for any. Who listens there or is connected from there: ss -tanp 'sport = :{port}'",
        error);
}

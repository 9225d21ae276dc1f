using System.Net.Sockets;
using Orchestrator.Linux;

namespace Orchestrator.Drivers.Libvirt.Preparation;

/// <summary>Where a QEMU that libvirt starts, which can be handed no descriptor, finds the wire to its network.</summary>
internal sealed class WireSocket : IDisposable
{
    // A daemon that was killed over creating a domain is asked again.
    private const int Backlog = 8;

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _path;

    /// <summary>Begins to listen. The way to the path is closed to all but QEMU's user.</summary>
    /// <exception cref="ConfigurationException">The path is too long for a socket.</exception>
    /// <exception cref="IOException">It cannot be made.</exception>
    public WireSocket(string path)
    {
        if (Libc.FindSocketPathFault(path) is { } fault)
        {
            throw new ConfigurationException($"socket {path}: {fault}; name a shorter state directory with --state-dir");
        }

        _path = path;
        try
        {
            _listener.Bind(new UnixDomainSocketEndPoint(path));
            _listener.Listen(Backlog);
            File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
        }
        catch (SocketException exception)
        {
            throw new IOException($"{path}: {exception.Message}", exception);
        }
    }

    /// <summary>Takes the connection of a QEMU that has come up: the last, if several were started.</summary>
    /// <param name="qemu">Its pid, since others of its user can connect too; null where it is not known.</param>
    /// <exception cref="HypervisorException">There is none.</exception>
    public Socket Accept(int? qemu)
    {
        Socket? last = null;
        while (_listener.Poll(TimeSpan.Zero, SelectMode.SelectRead))
        {
            var next = _listener.Accept();
            if (qemu is not null && PeerOf(next) != qemu)
            {
                next.Dispose();
                continue;
            }

            last?.Dispose();
            last = next;
        }

        return last ?? throw new HypervisorException(
            "QEMU came up without its network; does the domain's template have the variable wire, as the built-in one has?");
    }

    // unix(7): SO_PEERCRED of SOL_SOCKET is a struct ucred, three ints: pid, uid, gid.
    private static int PeerOf(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[3 * sizeof(int)];
        socket.GetRawSocketOption(1, 17, credentials);
        return BitConverter.ToInt32(credentials);
    }

    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(_path);
    }
}

using System.Net.Sockets;

namespace Orchestrator.Drivers.Qemu.Machines;

/// <summary>Connects to the guest's console, which takes one client at a time.</summary>
internal static class ConsoleSocket
{
    /// <summary>Connects.</summary>
    /// <exception cref="SocketException">Nobody listens there (any more).</exception>
    public static async Task<NetworkStream> ConnectAsync(MachineFiles files, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(files.ConsoleSocket), cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

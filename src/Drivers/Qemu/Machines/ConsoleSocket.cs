using System.Net.Sockets;

namespace Orchestrator.Drivers.Qemu.Machines;

/// <summary>Connects to the guest's console, which takes one client at a time.</summary>
internal static class ConsoleSocket
{
    /// <summary>Connects.</summary>
    /// <exception cref="SocketException">Nobody listens there (any more).</exception>
    public static async Task<Stream> ConnectAsync(MachineFiles files, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(files.ConsoleSocket), cancellationToken).ConfigureAwait(false);
            return new ConsoleStream(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class ConsoleStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await base.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException exception) when (exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
            {
                // QEMU died before it had read all that was written to it, or even the connection from its backlog.
                return 0;
            }
        }
    }
}

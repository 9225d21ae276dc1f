using System.Net.Sockets;
using Orchestrator.Drivers.Host.Machines;

namespace Orchestrator.Drivers.Qemu.Machines;

/// <summary>Connects to the guest's console, which takes one client at a time.</summary>
internal static class ConsoleSocket
{
    /// <summary>Connects.</summary>
    /// <exception cref="HostException">Somebody has it.</exception>
    /// <exception cref="SocketException">Nobody listens there (any more).</exception>
    public static async Task<Stream> ConnectAsync(VmId id, MachineFiles files, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // QEMU leaves a second client in its backlog without a word. A name in the kernel's abstract space (unix(7)) has one socket at a time, which is
            // how that one learns of the first, and is free again as soon as the first has gone, however it went.
            socket.Bind(new UnixDomainSocketEndPoint($"\0orchestrator-console-{id}"));
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(files.ConsoleSocket), cancellationToken).ConfigureAwait(false);
            return new ConsoleStream(socket);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.WouldBlock)
        {
            // The second: others than us fill the backlog.
            socket.Dispose();
            throw TakenConsole.Of(id, exception);
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

using System.Net.Sockets;
using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Linux.Files;

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
        LockFile? held = null;
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(files.ConsoleSocket), cancellationToken).ConfigureAwait(false);
            held = Hold(id, files.ConsoleLock);
            return new ConsoleStream(socket, held);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.WouldBlock)
        {
            // Others than us fill the backlog.
            socket.Dispose();
            throw TakenConsole.Of(id, exception);
        }
        catch
        {
            held?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>QEMU leaves a second client in its backlog without a word; a lock, which goes with its holder, tells that one of the first.</summary>
    /// <returns>Null where the lock cannot be made, as on a full disk: the console is worth more than the word.</returns>
    private static LockFile? Hold(VmId id, string path)
    {
        try
        {
            return LockFile.Open(path);
        }
        catch (IOException exception) when (LockFile.IsHeldByAnother(exception))
        {
            throw TakenConsole.Of(id, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private sealed class ConsoleStream(Socket socket, LockFile? held) : NetworkStream(socket, ownsSocket: true)
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

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (disposing)
            {
                held?.Dispose(); // not before: the next reader is to be the only one
            }
        }
    }
}

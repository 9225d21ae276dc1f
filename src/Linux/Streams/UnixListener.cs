using System.Net.Sockets;
using Orchestrator.Linux.Files;

namespace Orchestrator.Linux.Streams;

/// <summary>A unix socket that listens at a path, mode 0600 from its first moment. Disposing takes it away from there, and nothing else.</summary>
internal sealed class UnixListener : IDisposable
{
    private readonly string _path;
    private readonly ulong _inode;

    /// <summary>Begins to listen.</summary>
    /// <exception cref="IOException">It cannot be made; <see cref="Exception.HResult"/> is the errno.</exception>
    public UnixListener(string path, int backlog)
    {
        _path = path;
        using var descriptor = Libc.Listen(path, backlog);
        _inode = Libc.Inode(path);
        Socket = new Socket(new SafeSocketHandle(descriptor.DangerousGetHandle(), ownsHandle: true));
        descriptor.SetHandleAsInvalid();
    }

    /// <summary>The socket, to accept from.</summary>
    public Socket Socket { get; }

    /// <summary>Makes room for one at a path of the user's choice: a socket that a dead process left goes.</summary>
    /// <exception cref="UntrustedPathException">Others may write to its directory.</exception>
    /// <exception cref="IOException">A process listens there, or something else is in its place.</exception>
    public static void Clear(string path)
    {
        TrustedPath.Require(Path.GetDirectoryName(path)!);
        if (Libc.TryGetMode(path, followLink: false) is not { } mode)
        {
            return;
        }

        if (!Libc.IsSocket(mode))
        {
            throw new IOException("something that is no socket is in its place; remove it");
        }

        // Without waiting: a process that is stopped accepts nothing.
        using var visitor = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            visitor.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException)
        {
            // Somebody has it, if not for us.
        }

        throw new IOException("a process listens there; end it");
    }

    public void Dispose()
    {
        // Where a directory was removed and made anew, the socket at the path is another's.
        try
        {
            if (Libc.Inode(_path) == _inode)
            {
                File.Delete(_path);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Gone, or not to be removed by us any more: the next to listen there makes room.
        }

        Socket.Dispose();
    }
}

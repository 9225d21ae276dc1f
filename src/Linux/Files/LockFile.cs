using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Linux.Files;

/// <summary>
/// A file that is locked as long as it is open (flock(2)). The kernel lets go of it when its holder dies, however it dies.
/// </summary>
internal sealed class LockFile : IDisposable
{
    /// <summary>
    /// How long is waited between two attempts at a lock that nobody alive is known to hold. Who only looks whether it is held, shares it for a moment; and
    /// a child of its dead holder has it until it has become another program.
    /// </summary>
    public static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(20);

    /// <summary>How many attempts that deserves.</summary>
    public const int Attempts = 10;

    private LockFile(SafeFileHandle file) => File = file;

    /// <summary>The open file.</summary>
    public SafeFileHandle File { get; }

    /// <summary>Opens and locks one, mode 0600 if it has to be made. It may be open for reading only: so whoever inherits it cannot write there.</summary>
    /// <exception cref="IOException">Another holds it (<see cref="IsHeldByAnother"/>), or it cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public static LockFile Open(string path, int flags = Libc.ReadWrite | Libc.Create) => Lock(path, flags, shared: false);

    /// <summary>Whether anybody holds it, this process included. The look is a shared lock for a moment: others who look are not in its way.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public static bool IsHeld(string path)
    {
        try
        {
            Lock(path, Libc.ReadOnly, shared: true).Dispose();
            return false;
        }
        catch (IOException error) when (IsHeldByAnother(error))
        {
            return true;
        }
    }

    /// <summary>Whether its holder has marked it (<see cref="Libc.Mark"/>).</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public static bool IsMarked(string path)
    {
        using var file = GuardedFile.OpenOwn(path);
        return Libc.IsMarked(file);
    }

    /// <summary>Whether that is why it could not be locked.</summary>
    public static bool IsHeldByAnother(Exception error) => error is IOException { HResult: Libc.WouldBlock };

    public void Dispose()
    {
        if (!File.IsClosed)
        {
            Libc.Unlock(File); // closing alone leaves it to a child that has not become another program yet
            File.Dispose();
        }
    }

    private static LockFile Lock(string path, int flags, bool shared)
    {
        var file = GuardedFile.OpenOwn(path, flags);
        try
        {
            Libc.Lock(file, path, shared);
            return new LockFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}

namespace Orchestrator.Linux.Files;

/// <summary>
/// A file that is locked as long as it is open (flock(2)). The kernel lets go of it when its holder dies, however it dies.
/// </summary>
internal static class LockFile
{
    /// <summary>
    /// How long is waited between two attempts at a lock that nobody alive is known to hold. Who only looks whether it is held, shares it for a moment; and
    /// a child of its dead holder has it until it has become another program.
    /// </summary>
    public static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    /// <summary>How many attempts that deserves.</summary>
    public const int Glances = 10;

    /// <summary>Opens and locks one, mode 0600 if it has to be made.</summary>
    /// <exception cref="IOException">Another holds it (<see cref="IsHeldByAnother"/>), or it cannot be opened.</exception>
    public static FileStream Open(string path) => new(
        path,
        new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None, // LOCK_EX | LOCK_NB
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            BufferSize = 0,
        });

    /// <summary>Whether anybody holds it, this process included. The look is a shared lock for a moment: others who look are not in its way.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public static bool IsHeld(string path)
    {
        try
        {
            // LOCK_SH | LOCK_NB
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0).Dispose();
            return false;
        }
        catch (IOException error) when (IsHeldByAnother(error))
        {
            return true;
        }
    }

    /// <summary>Whether that is why it could not be opened: EWOULDBLOCK, which .NET hands on as the exception's HResult.</summary>
    public static bool IsHeldByAnother(Exception error) => error is IOException { HResult: Libc.WouldBlock };
}

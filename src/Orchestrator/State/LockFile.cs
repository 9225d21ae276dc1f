namespace Orchestrator.State;

/// <summary>
/// A file that is locked as long as it is open (flock(2)). The kernel lets go of it when its holder dies, however it dies.
/// </summary>
internal static class LockFile
{
    private const int WouldBlock = 11;

    /// <summary>Opens and locks one, mode 0600 if it has to be made.</summary>
    /// <exception cref="IOException">Another holds it (<see cref="IsHeldByAnother"/>), or it cannot be opened.</exception>
    public static FileStream Open(string path, FileMode mode) => new(
        path,
        new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None, // LOCK_EX | LOCK_NB
            UnixCreateMode = mode == FileMode.Open ? null : UnixFileMode.UserRead | UnixFileMode.UserWrite,
            BufferSize = 0,
        });

    /// <summary>Whether that is why it could not be opened: EWOULDBLOCK, which .NET hands on as the exception's HResult.</summary>
    public static bool IsHeldByAnother(Exception error) => error is IOException { HResult: WouldBlock };
}

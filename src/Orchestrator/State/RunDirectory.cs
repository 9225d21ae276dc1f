using Orchestrator.Drivers;
using Orchestrator.Linux;
using Orchestrator.Linux.Files;

namespace Orchestrator.State;

/// <summary>
/// One run's directory, held by a lock for as long as an orchestrator is responsible for the run. The kernel drops the lock when the
/// orchestrator dies, however it dies, which is how others learn that the run has no owner.
/// </summary>
internal sealed class RunDirectory : IDisposable
{
    /// <summary>What a directory's name ends in at the very end of its removal; nothing but a lock is in it then.</summary>
    public const string GoneSuffix = ".gone";

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly TimeSpan MakeTimeout = TimeSpan.FromMilliseconds(500);

    private readonly LockFile _lock;

    private RunDirectory(string path, LockFile held)
    {
        FullPath = path;
        _lock = held;
    }

    /// <summary>Absolute path.</summary>
    public string FullPath { get; }

    /// <summary>Makes the directory and takes its lock.</summary>
    /// <exception cref="IOException">It cannot be made or written.</exception>
    /// <exception cref="UnauthorizedAccessException">So, too.</exception>
    public static RunDirectory Make(string path)
    {
        // Between the two, somebody may look whether the lock is held, and share it for that moment; or take the directory for a dead orchestrator's, and
        // remove it. Nobody else could want this one.
        RunDirectory? made = null;
        SpinWait.SpinUntil(
            () =>
            {
                Directory.CreateDirectory(path, Private);
                return (made = TryOpen(path)) is not null;
            },
            MakeTimeout);
        return made ?? throw new IOException("another process keeps it locked");
    }

    /// <summary>Takes the lock of a directory that is there, if nobody holds it.</summary>
    /// <returns>Null when somebody does, or when the directory is gone.</returns>
    /// <exception cref="HostException">It may not be read or written.</exception>
    public static RunDirectory? TryTake(string path)
    {
        try
        {
            return TryOpen(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unlockable(path, error);
        }
    }

    /// <summary>Refuses a directory whose lock nobody can take, whoever holds it now. Only looks.</summary>
    /// <exception cref="HostException">It may not be read, or what is there is no lock.</exception>
    public static void RequireLock(string path)
    {
        try
        {
            LockFile.IsHeld(LockPathIn(path));
        }
        catch (FileNotFoundException)
        {
            // Whoever takes it makes it.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unlockable(path, error);
        }
    }

    /// <summary>Whether an orchestrator holds the lock. False also where there is none.</summary>
    public static bool IsHeld(string path)
    {
        try
        {
            return LockFile.IsHeld(LockPathIn(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>
    /// The runs beside it that somebody answers for, itself among them: the bytes that each takes on the disk, and whether it waits for room there
    /// (<see cref="AwaitRoom"/>).
    /// </summary>
    /// <exception cref="IOException">They cannot be looked at.</exception>
    public IReadOnlyList<(string Path, long Bytes, bool AwaitsRoom)> FindNeighbours() =>
    [
        .. Directory.EnumerateDirectories(Path.GetDirectoryName(FullPath)!)
            .Where(IsHeld)
            .Select(path => (path, DiskUse.Of(path), LockFile.IsMarked(LockPathIn(path)))),
    ];

    /// <summary>Lets other processes see that this run waits for room on the disk, or no longer. Takes none.</summary>
    /// <exception cref="IOException">Its file system knows no such locks.</exception>
    public void AwaitRoom(bool awaits) => Libc.Mark(_lock.File, awaits);

    /// <summary>Absolute path of one of the <see cref="RunFiles"/>.</summary>
    public string PathOf(string file) => Path.Combine(FullPath, file);

    /// <summary>Writes the journal so that a reader, or a crash, sees either the old one or the new one.</summary>
    /// <exception cref="HostException">No room.</exception>
    public void Write(RunJournal journal)
    {
        var path = PathOf(RunFiles.Journal);
        try
        {
            PrivateFile.Replace(path, journal.ToUtf8Json());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw HostException.OfFile(error, $"run journal '{path}'", "name another state directory with --state-dir");
        }
    }

    /// <summary>Removes the directory with everything in it, and lets the lock go. One that is gone is success.</summary>
    public void Delete()
    {
        try
        {
            DeleteContent();

            // The lock goes last, and under another name: nobody can make himself a new one here while the directory is being removed.
            var gone = FullPath + GoneSuffix;
            Directory.Move(FullPath, gone);
            Directory.Delete(gone, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody removed it by hand.
        }

        _lock.Dispose();
    }

    /// <summary>Lets the lock go and leaves the directory.</summary>
    public void Dispose() => _lock.Dispose();

    private void DeleteContent()
    {
        foreach (var entry in new DirectoryInfo(FullPath).EnumerateFileSystemInfos().Where(entry => entry.Name != RunFiles.Lock))
        {
            if (entry is DirectoryInfo { LinkTarget: null } directory)
            {
                directory.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }
    }

    private static RunDirectory? TryOpen(string path)
    {
        try
        {
            var held = LockFile.Open(LockPathIn(path));
            if (IsStillThere(path, held))
            {
                return new RunDirectory(path, held);
            }

            held.Dispose();
            return null;
        }
        catch (Exception error) when (error is FileNotFoundException || LockFile.IsHeldByAnother(error))
        {
            return null;
        }
    }

    private static HostException Unlockable(string path, Exception error)
    {
        var file = LockPathIn(path);
        return Libc.TryGetMode(file, followLink: false) is { } mode && !Libc.IsRegular(mode)
            ? HostException.OfFile(error, $"lock '{file}'", "remove it")
            : HostException.OfFile(error, $"run directory '{path}'", "give it back to this user, or name another state directory with --state-dir");
    }

    private static string LockPathIn(string path) => Path.Combine(path, RunFiles.Lock);

    // Whoever held it may have removed the directory between our opening the file and our locking it: then the lock is worth nothing.
    private static bool IsStillThere(string path, LockFile held) =>
        new FileInfo($"/proc/self/fd/{held.File.DangerousGetHandle()}").LinkTarget is { } target
        && target.EndsWith($"/{Path.GetFileName(path)}/{RunFiles.Lock}", StringComparison.Ordinal);
}

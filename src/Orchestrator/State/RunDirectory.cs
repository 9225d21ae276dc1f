using Orchestrator.Drivers;

namespace Orchestrator.State;

/// <summary>
/// One run's directory, held by a lock for as long as an orchestrator is responsible for the run. The kernel drops the lock when the
/// orchestrator dies, however it dies, which is how others learn that the run has no owner.
/// </summary>
internal sealed class RunDirectory : IDisposable
{
    private readonly FileStream _lock;

    /// <summary>Takes the lock of an existing directory.</summary>
    /// <exception cref="IOException">Another orchestrator holds it, or it cannot be written.</exception>
    public RunDirectory(string path)
    {
        FullPath = path;
        _lock = new FileStream(
            PathOf(RunFiles.Lock),
            new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None, // flock(LOCK_EX | LOCK_NB)
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                BufferSize = 0,
            });
    }

    /// <summary>Absolute path.</summary>
    public string FullPath { get; }

    /// <summary>Absolute path of one of the <see cref="RunFiles"/>.</summary>
    public string PathOf(string file) => Path.Combine(FullPath, file);

    /// <summary>Writes the journal so that a reader, or a crash, sees either the old one or the new one.</summary>
    /// <exception cref="HostException">No room.</exception>
    public void Write(RunJournal journal)
    {
        var path = PathOf(RunFiles.Journal);
        var draft = path + ".new";
        try
        {
            using (var stream = new FileStream(
                draft,
                new FileStreamOptions
                {
                    Mode = FileMode.Create,
                    Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }))
            {
                stream.Write(journal.ToUtf8Json());
            }

            File.Move(draft, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw StorageFault.Explain(error, $"run journal '{path}'", "name another state directory with --state-dir");
        }
    }

    /// <summary>Removes the directory with everything in it, and lets the lock go.</summary>
    public void Delete()
    {
        // The lock goes last: until the directory is gone, it says that somebody is at work here.
        Directory.Delete(FullPath, recursive: true);
        _lock.Dispose();
    }

    /// <summary>Lets the lock go and leaves the directory.</summary>
    public void Dispose() => _lock.Dispose();
}

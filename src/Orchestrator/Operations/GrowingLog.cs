using Orchestrator.Drivers;
using Orchestrator.Linux;
using Orchestrator.Linux.Files;

namespace Orchestrator.Operations;

/// <summary>
/// A log that is being written, and gone when its run is over. One that grew too long is begun anew, by us in the same file, by libvirt's virtlogd in
/// another of the same name.
/// </summary>
/// <param name="path">Absolute path of the file.</param>
/// <param name="hasStopped">Whether its run has stopped though its directory is there; asked now and then while nothing comes.</param>
internal sealed class GrowingLog(string path, Func<CancellationToken, Task<bool>>? hasStopped = null)
{
    // Changes are told by the kernel; this is for what it does not tell of, such as the directory's own end on some file systems.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <summary>Whether there is one.</summary>
    public bool Exists => File.Exists(path);

    /// <summary>Copies what is there, and, if <paramref name="follow"/>, what comes, until the run is over.</summary>
    /// <exception cref="HostException">It may not be read, or is none.</exception>
    /// <exception cref="Output.ReaderGoneException">Whoever read has gone.</exception>
    public async Task CopyAsync(Stream output, bool follow, CancellationToken cancellationToken)
    {
        var directory = Path.GetDirectoryName(path)!;
        using var changed = new SemaphoreSlim(0, 1);
        using var watcher = follow ? TryWatch(directory, changed) : null;
        FileStream? log = null;
        var quiet = false;
        try
        {
            while (true)
            {
                // Looked for before the copying: what was written up to the end is still copied, from the open file.
                var over = !Directory.Exists(directory) || (quiet && hasStopped is not null && await hasStopped(cancellationToken));
                log ??= TryOpen();
                var replaced = false;
                if (log is not null)
                {
                    replaced = IsReplaced(log);
                    if (log.Length < log.Position)
                    {
                        log.Position = 0;
                    }

                    await log.CopyToAsync(output, cancellationToken);
                }

                // Without anything to show too: it says so if nobody reads any more.
                await output.FlushAsync(cancellationToken);

                if (over || !follow)
                {
                    return;
                }

                if (replaced)
                {
                    await log!.DisposeAsync();
                    log = null;
                    continue;
                }

                quiet = !await changed.WaitAsync(LongestWait, cancellationToken);
            }
        }
        finally
        {
            if (log is not null)
            {
                await log.DisposeAsync();
            }
        }
    }

    private FileSystemWatcher? TryWatch(string directory, SemaphoreSlim changed)
    {
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(directory, Path.GetFileName(path)) { NotifyFilter = NotifyFilters.Size | NotifyFilters.FileName };
            watcher.Changed += (_, _) => Wake(changed);
            watcher.Created += (_, _) => Wake(changed);
            watcher.Deleted += (_, _) => Wake(changed);
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception error) when (error is IOException or ArgumentException)
        {
            // The user's share of inotify(7) is used up, or the directory has just gone: the wait's end does as well.
            watcher?.Dispose();
            return null;
        }
    }

    private static void Wake(SemaphoreSlim changed)
    {
        try
        {
            changed.Release();
        }
        catch (Exception error) when (error is SemaphoreFullException or ObjectDisposedException)
        {
            // Awake already, or no longer interested.
        }
    }

    private FileStream? TryOpen()
    {
        try
        {
            return new FileStream(GuardedFile.OpenOwn(path), FileAccess.Read);
        }
        catch (FileNotFoundException)
        {
            return null; // not yet, or no longer
        }
        catch (IOException error)
        {
            throw new HostException(HostProblem.Other, $"log '{path}' cannot be shown: {error.Message}; remove it", error);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new HostException(HostProblem.PermissionDenied, $"log '{path}' may not be read; read it as its owner, or as root", error);
        }
    }

    // Where the name is gone, the directory is about to go.
    private bool IsReplaced(FileStream log)
    {
        try
        {
            return Libc.Inode(path) != Libc.Inode(log.SafeFileHandle, path);
        }
        catch (IOException)
        {
            return false;
        }
    }
}

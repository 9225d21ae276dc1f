namespace Orchestrator.Service.Instances;

/// <summary>
/// Tells when one of some files was written, replaced or removed, once things are quiet again: an editor's rename or a long copy is one change.
/// </summary>
internal sealed class FileWatch : IDisposable
{
    /// <summary>How long nothing must have happened.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, FileSystemWatcher> _watchers = new(StringComparer.Ordinal);
    private readonly ITimer _timer;
    private HashSet<string> _files = new(StringComparer.Ordinal);
    private bool _disposed;

    /// <summary>Watches nothing yet.</summary>
    /// <param name="changed">Is called on any thread.</param>
    /// <param name="time">The clock.</param>
    public FileWatch(Action changed, TimeProvider time) =>
        _timer = time.CreateTimer(_ => changed(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Watches these files from now on, and no others.</summary>
    /// <param name="files">Absolute paths.</param>
    /// <returns>The directories that cannot be watched, each with the reason.</returns>
    public IReadOnlyList<string> Watch(IEnumerable<string> files)
    {
        var failures = new List<string>();
        lock (_lock)
        {
            _files = [.. files];
            var directories = _files.Select(file => Path.GetDirectoryName(file)!).ToHashSet(StringComparer.Ordinal);
            foreach (var directory in _watchers.Keys.Except(directories).ToList())
            {
                _watchers.Remove(directory, out var watcher);
                watcher!.Dispose();
            }

            foreach (var directory in directories.Except(_watchers.Keys).ToList())
            {
                try
                {
                    _watchers.Add(directory, Open(directory));
                }
                catch (Exception error) when (error is IOException or ArgumentException or UnauthorizedAccessException)
                {
                    failures.Add($"{directory}: {error.Message.TrimEnd('.')}");
                }
            }
        }

        return failures;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _timer.Dispose();
            foreach (var watcher in _watchers.Values)
            {
                watcher.Dispose();
            }
        }
    }

    private FileSystemWatcher Open(string directory)
    {
        var watcher = new FileSystemWatcher(directory)
        {
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size,
        };
        watcher.Changed += (_, happened) => Notice(happened.FullPath);
        watcher.Created += (_, happened) => Notice(happened.FullPath);
        watcher.Deleted += (_, happened) => Notice(happened.FullPath);
        watcher.Renamed += (_, happened) =>
        {
            Notice(happened.FullPath);
            Notice(happened.OldFullPath);
        };

        // Too much at a time: something may have been missed.
        watcher.Error += (_, _) => Notice(null);
        watcher.EnableRaisingEvents = true;
        return watcher;
    }

    private void Notice(string? path)
    {
        lock (_lock)
        {
            if (!_disposed && (path is null || _files.Contains(path)))
            {
                _timer.Change(Quiet, Timeout.InfiniteTimeSpan);
            }
        }
    }
}

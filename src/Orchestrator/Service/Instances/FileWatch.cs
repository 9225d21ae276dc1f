namespace Orchestrator.Service.Instances;

/// <summary>
/// Tells when one of some files was written, replaced or removed, or a link that leads to it, once things are quiet again: an editor's rename or a long copy is
/// one change.
/// </summary>
internal sealed class FileWatch : IDisposable
{
    /// <summary>How long nothing must have happened.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    // A directory that is away may come back, and nothing tells of that.
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, FileSystemWatcher> _watchers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private readonly ITimer _changed;
    private readonly ITimer _attempt;
    private List<string> _wanted = [];
    private HashSet<string> _files = new(StringComparer.Ordinal);
    private bool _disposed;

    /// <summary>Watches nothing yet.</summary>
    /// <param name="changed">Is called on any thread.</param>
    /// <param name="time">The clock.</param>
    public FileWatch(Action changed, TimeProvider time)
    {
        _changed = time.CreateTimer(_ => changed(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _attempt = time.CreateTimer(_ => TryAgain(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Watches these files from now on, and no others.</summary>
    /// <param name="files">Absolute paths.</param>
    /// <returns>The directories that cannot be watched, each with the reason, and once only until they can.</returns>
    public IReadOnlyList<string> Watch(IEnumerable<string> files)
    {
        lock (_lock)
        {
            _wanted = [.. files];
            FollowLinks();
            foreach (var directory in _watchers.Keys.Except(Directories()).ToList())
            {
                Close(directory);
            }

            return [.. OpenMissing().Where(failure => _told.Add(failure.Directory)).Select(failure => $"{failure.Directory}: {failure.Why}")];
        }
    }

    /// <summary>
    /// Watches the same files anew: a watcher whose directory was removed, and made again perhaps, is dead and does not say so. To be done before the files are
    /// read, so that what changes afterwards is seen.
    /// </summary>
    public void Renew()
    {
        lock (_lock)
        {
            _watchers.Keys.ToList().ForEach(Close);
            FollowLinks();
            OpenMissing();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _changed.Dispose();
            _attempt.Dispose();
            _watchers.Keys.ToList().ForEach(Close);
        }
    }

    private void FollowLinks() => _files = [.. _wanted.SelectMany(LinkChain.Of)];

    private IEnumerable<string> Directories() => _files.Select(file => Path.GetDirectoryName(file)!).Distinct(StringComparer.Ordinal);

    private void Close(string directory)
    {
        _watchers.Remove(directory, out var watcher);
        watcher!.Dispose();
    }

    private List<(string Directory, string Why)> OpenMissing()
    {
        var failures = new List<(string, string)>();
        foreach (var directory in Directories().Except(_watchers.Keys).ToList())
        {
            try
            {
                _watchers.Add(directory, Open(directory));
                _told.Remove(directory);
            }
            catch (Exception error) when (error is IOException or ArgumentException or UnauthorizedAccessException)
            {
                failures.Add((directory, error.Message.TrimEnd('.')));
            }
        }

        _attempt.Change(failures.Count > 0 ? BetweenAttempts : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        return failures;
    }

    private void TryAgain()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            var watched = _watchers.Count;
            FollowLinks();
            OpenMissing();
            if (_watchers.Count > watched)
            {
                Notice(null);
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
                _changed.Change(Quiet, Timeout.InfiniteTimeSpan);
            }
        }
    }
}

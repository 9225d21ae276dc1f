using Libvirt;

namespace Orchestrator.Drivers.Libvirt.Connections;

/// <summary>
/// The libvirt daemon: connected to when somebody needs it, and again whenever it comes back while somebody watches a domain. Thread-safe.
/// </summary>
/// <param name="uri">What to connect to.</param>
/// <param name="time">The clock.</param>
internal sealed class Daemon(string uri, TimeProvider time) : IAsyncDisposable
{
    /// <summary>How long a call waits for a daemon that went away, and a machine runs unwatched.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, IDomainObserver[]> _observers = [];
    private readonly CancellationTokenSource _closing = new();
    private Task<Link>? _link;
    private Task _pumping = Task.CompletedTask;

    /// <summary>What it is connected to by.</summary>
    public string Uri => uri;

    /// <summary>Tells an observer of a domain's events from now on, also of a domain that does not exist yet. Disposing ends that.</summary>
    public IDisposable Watch(Guid domain, IDomainObserver observer)
    {
        lock (_gate)
        {
            _observers[domain] = [.. _observers.GetValueOrDefault(domain, []), observer];
        }

        return new Watching(() => Forget(domain, observer));
    }

    /// <summary>Makes sure that there is a connection, and with it events.</summary>
    /// <exception cref="HostException">There is none to be had.</exception>
    public async Task ConnectAsync(CancellationToken cancellationToken) => await LinkAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Asks the daemon, on a thread of the pool, since libvirt blocks. When the connection is lost meanwhile, asks again once it is back: so only what
    /// may be done twice.
    /// </summary>
    /// <exception cref="LibvirtException">The daemon refuses.</exception>
    /// <exception cref="HostException">There is no connection to be had.</exception>
    /// <exception cref="HypervisorException">The daemon went away and does not come back.</exception>
    public async Task<T> CallAsync<T>(Func<LibvirtConnection, T> call, CancellationToken cancellationToken)
    {
        while (true)
        {
            var link = await LinkAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await Task.Run(() => call(link.Connection), cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is LibvirtException or ObjectDisposedException && link.IsLost)
            {
                await PatientlyAsync(link.Gone, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Closes the connection. Nobody is told of a loss, and nobody waits long for a daemon that does not answer.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        Task<Link>? link;
        lock (_gate)
        {
            _observers.Clear();
            link = _link;
        }

        // Libvirt connects and takes its leave in calls that nobody can interrupt.
        await Task.WhenAny(Task.Run(() => CloseAsync(link)), Task.Delay(Farewell, time)).ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task CloseAsync(Task<Link>? link)
    {
        if (link is not null)
        {
            await ((Task)link).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (link.IsCompletedSuccessfully)
            {
                link.Result.Dispose();
            }
        }

        await _pumping.ConfigureAwait(false);
    }

    private async Task<Link> LinkAsync(CancellationToken cancellationToken)
    {
        Task<Link> link;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            if (_link is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _link = Task.Run(OpenFirst, CancellationToken.None);
            }

            link = _link;
        }

        try
        {
            return await PatientlyAsync(link, cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException exception)
        {
            throw ConnectionFailure.Explain(uri, exception);
        }
    }

    private async Task<T> PatientlyAsync<T>(Task<T> task, CancellationToken cancellationToken)
    {
        await PatientlyAsync((Task)task, cancellationToken).ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }

    private async Task PatientlyAsync(Task task, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(Patience, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new HypervisorException(
                $"libvirtd at {uri} does not answer for {Patience.TotalSeconds} s; see to it: systemctl status libvirtd", exception);
        }
    }

    private Link OpenFirst() => Begin(Link.Open(uri));

    private Link Begin(Link link)
    {
        _pumping = PumpAsync(link);
        return link;
    }

    private async Task PumpAsync(Link link)
    {
        // Off the stack of whoever waits for the link.
        await Task.Yield();
        try
        {
            await foreach (var happened in link.Events.ConfigureAwait(false))
            {
                foreach (var observer in ObserversOf(happened.Domain))
                {
                    observer.Observe(happened);
                }
            }
        }
        catch (LibvirtException exception)
        {
            Lose(exception.Message);
        }

        link.MarkGone();
        link.Dispose();
    }

    private void Lose(string cause)
    {
        foreach (var observer in AllObservers())
        {
            observer.Lost(cause);
        }

        lock (_gate)
        {
            // Nobody watches: whoever comes next connects, and hears at once if that is not possible.
            _link = _observers.Count == 0 || _closing.IsCancellationRequested ? null : ReconnectAsync();
        }
    }

    private async Task<Link> ReconnectAsync()
    {
        await Task.Yield();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            await Task.Delay(pause, time, _closing.Token).ConfigureAwait(false);
            try
            {
                var link = Link.Open(uri);

                // Before its events flow: it may be lost again at once.
                foreach (var observer in AllObservers())
                {
                    observer.Restored();
                }

                return Begin(link);
            }
            catch (LibvirtException) when (AllObservers().Length > 0)
            {
                // Not yet.
            }
        }
    }

    private IDomainObserver[] ObserversOf(Guid domain)
    {
        lock (_gate)
        {
            return _observers.GetValueOrDefault(domain, []);
        }
    }

    private IDomainObserver[] AllObservers()
    {
        lock (_gate)
        {
            return [.. _observers.Values.SelectMany(observers => observers)];
        }
    }

    private void Forget(Guid domain, IDomainObserver observer)
    {
        lock (_gate)
        {
            var left = _observers.GetValueOrDefault(domain, []).Where(other => other != observer).ToArray();
            if (left.Length == 0)
            {
                _observers.Remove(domain);
            }
            else
            {
                _observers[domain] = left;
            }
        }
    }

    private sealed class Watching(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}

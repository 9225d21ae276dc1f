using Orchestrator.Drivers.Libvirt.Connections;

namespace Orchestrator.Drivers.Libvirt.Machines;

/// <summary>Whether a machine is without its daemon, and how long already: one that nobody can watch must not go on for ever. Thread-safe.</summary>
/// <param name="time">The clock.</param>
/// <param name="runOut">What is done when it has been away for <see cref="Daemon.Patience"/>.</param>
internal sealed class DaemonAbsence(TimeProvider time, Action runOut) : IDisposable
{
    private readonly Lock _gate = new();
    private volatile TaskCompletionSource _begun = NotYet();
    private ITimer? _patience;
    private bool _disposed;

    /// <summary>Whether it is away.</summary>
    public bool Lasts => _begun.Task.IsCompleted;

    /// <summary>Completes when it is away.</summary>
    public Task Begun => _begun.Task;

    /// <summary>It went away.</summary>
    /// <returns>False when nobody cares any more.</returns>
    public bool Begin()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return false;
            }

            _begun.TrySetResult();
            _patience?.Dispose();
            _patience = time.CreateTimer(_ => runOut(), null, Daemon.Patience, Timeout.InfiniteTimeSpan);
            return true;
        }
    }

    /// <summary>It is back.</summary>
    /// <returns>False when it was not away.</returns>
    public bool End()
    {
        lock (_gate)
        {
            if (!Lasts)
            {
                return false;
            }

            _begun = NotYet();
            _patience?.Dispose();
            return true;
        }
    }

    /// <summary>The machine is over, or another's: nothing runs out any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _patience?.Dispose();
        }
    }

    private static TaskCompletionSource NotYet() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

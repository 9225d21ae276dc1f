namespace Orchestrator.Runs;

/// <summary>The moments that a run waits for, each of which raises a signal. Thread-safe.</summary>
/// <param name="raise">Gets the signals, from any thread.</param>
/// <param name="time">The clock.</param>
internal sealed class RunTimers(Action<RunSignal> raise, TimeProvider time) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<RunTimer, ITimer> _timers = [];

    /// <summary>Raises a signal after a while, in place of what the timer was set to before.</summary>
    /// <param name="timer">Which.</param>
    /// <param name="due">After how long, at once where that is past; null: never.</param>
    /// <param name="signal">What to raise.</param>
    /// <param name="every">Again and again after this long; null: once.</param>
    public void Set(RunTimer timer, TimeSpan? due, RunSignal signal, TimeSpan? every = null)
    {
        lock (_lock)
        {
            Clear(timer);
            if (due is { } wait)
            {
                _timers[timer] = time.CreateTimer(_ => raise(signal), null, wait > TimeSpan.Zero ? wait : TimeSpan.Zero, every ?? Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Waits for that no longer.</summary>
    public void Clear(RunTimer timer)
    {
        lock (_lock)
        {
            if (_timers.Remove(timer, out var before))
            {
                before.Dispose();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var timer in _timers.Values)
        {
            await timer.DisposeAsync();
        }
    }
}

/// <summary>What a run waits for the end of.</summary>
internal enum RunTimer
{
    /// <summary>Its time limit.</summary>
    Limit,

    /// <summary>The time that its guest may wait for a job.</summary>
    Idle,

    /// <summary>The time that its medium may be in the drive.</summary>
    Config,

    /// <summary>The time for a job that was on its way, or until it is tried again whether it has none.</summary>
    Retirement,

    /// <summary>The time that its guest may take to power down.</summary>
    Grace,

    /// <summary>The time until the power button is pressed again.</summary>
    Press,

    /// <summary>The time that it waits for room on the disk.</summary>
    Room,
}

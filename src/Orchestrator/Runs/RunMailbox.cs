using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace Orchestrator.Runs;

/// <summary>The signals of a run in the order in which they come, those of its timers among them. Anybody posts, one reads.</summary>
/// <param name="time">The clock.</param>
internal sealed class RunMailbox(TimeProvider time) : IAsyncDisposable
{
    private readonly Channel<RunSignal> _signals = Channel.CreateUnbounded<RunSignal>(new() { SingleReader = true });
    private readonly Lock _lock = new();
    private readonly Dictionary<RunTimer, ITimer> _timers = [];
    private bool _disposed;

    /// <summary>Delivers a signal.</summary>
    public void Post(RunSignal signal) => _signals.Writer.TryWrite(signal);

    /// <summary>Whoever reads gets this once the signals before it are read.</summary>
    public void Fail(Exception error) => _signals.Writer.TryComplete(error);

    /// <summary>The next signal.</summary>
    /// <exception cref="Exception">What somebody failed with.</exception>
    public async Task<RunSignal> ReadAsync()
    {
        try
        {
            return await _signals.Reader.ReadAsync();
        }
        catch (ChannelClosedException closed) when (closed.InnerException is { } cause)
        {
            ExceptionDispatchInfo.Throw(cause);
            throw;
        }
    }

    /// <summary>Posts a signal after a while, in place of what the timer was set to before.</summary>
    /// <param name="timer">Which.</param>
    /// <param name="due">After how long, at once where that is past; null: never.</param>
    /// <param name="signal">What to post.</param>
    /// <param name="every">Again and again after this long; null: once.</param>
    public void Set(RunTimer timer, TimeSpan? due, RunSignal signal, TimeSpan? every = null)
    {
        lock (_lock)
        {
            Clear(timer);
            if (due is { } wait && !_disposed)
            {
                _timers[timer] = time.CreateTimer(_ => Post(signal), null, wait > TimeSpan.Zero ? wait : TimeSpan.Zero, every ?? Timeout.InfiniteTimeSpan);
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
        ITimer[] timers;
        lock (_lock)
        {
            _disposed = true;
            timers = [.. _timers.Values];
        }

        foreach (var timer in timers)
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

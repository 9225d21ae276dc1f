using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Orchestrator.Tests.Recovery;

/// <summary>A clock that a test can move by just what the program waits for, once the program has begun to wait.</summary>
internal sealed class SteppedTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    // Longer ones are limits and intervals that a test moves the clock to by itself.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly Channel<TimeSpan> _pauses = Channel.CreateUnbounded<TimeSpan>();
    private TimeSpan _set;

    /// <summary>Sets the wall clock, which moves neither timestamps nor timers.</summary>
    public void SetWallClock(TimeSpan by) => _set += by;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _set;

    // Since the test began: a number small enough for what TimeProvider does with it in floating point. The base asks the wall clock.

    /// <inheritdoc/>
    public override long GetTimestamp() => base.GetTimestamp() - _set.Ticks - Start.Ticks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero && dueTime <= Pause)
        {
            _pauses.Writer.TryWrite(dueTime);
        }

        return timer;
    }

    /// <summary>Forgets the pauses that have begun.</summary>
    public void Forget()
    {
        while (_pauses.Reader.TryRead(out _))
        {
        }
    }

    /// <summary>Passes so many pauses, each when it begins.</summary>
    public async Task PassAsync(int pauses)
    {
        for (var passed = 0; passed < pauses; passed++)
        {
            Advance(await _pauses.Reader.ReadAsync(TestContext.Current.CancellationToken));
        }
    }
}

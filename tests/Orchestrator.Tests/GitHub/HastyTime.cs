using Microsoft.Extensions.Time.Testing;

namespace Orchestrator.Tests.GitHub;

/// <summary>Time in which whoever pauses has paused at once; what lasts half a minute or longer is a limit, and comes when so many pauses are over.</summary>
internal sealed class HastyTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly List<TimeSpan> _pauses = [];

    /// <summary>The pauses that were made.</summary>
    public IReadOnlyList<TimeSpan> Pauses
    {
        get
        {
            lock (_lock)
            {
                return [.. _pauses];
            }
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime >= TimeSpan.Zero && dueTime < Limit)
        {
            lock (_lock)
            {
                _pauses.Add(dueTime);
            }

            Advance(dueTime);
        }

        return timer;
    }
}

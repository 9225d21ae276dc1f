using Microsoft.Extensions.Time.Testing;

namespace Orchestrator.Tests.Operations;

/// <summary>Time that passes when a test says so, which can wait until somebody waits for it.</summary>
internal sealed class WatchedTime : FakeTimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<TimeSpan> _timers = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets a time pass once somebody has begun to wait for that very time.</summary>
    public async Task PassesOnceAwaitedAsync(TimeSpan due)
    {
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (_timers.Contains(due))
                {
                    break;
                }

                more = _more.Task;
            }

            await more.Soon();
        }

        Advance(due);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        lock (_lock)
        {
            _timers.Add(dueTime);
            _more.SetResult();
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return timer;
    }
}

using Orchestrator.Reporting;

namespace Orchestrator.Recovery;

/// <summary>
/// Sweeps once, beside a run and after its guest has started: whoever starts a run pays nothing for the dead, and still no dead orchestrator's
/// leavings outlast the next run.
/// </summary>
/// <param name="sweep">The sweep.</param>
/// <param name="next">Who hears of the run.</param>
internal sealed class BackgroundSweep(Func<CancellationToken, Task> sweep, IRunObserver next) : IRunObserver, IAsyncDisposable
{
    private readonly CancellationTokenSource _runOver = new();
    private Task _sweeping = Task.CompletedTask;

    public void Observe(RunEvent happened)
    {
        next.Observe(happened);
        if (happened is RunEvent.Started)
        {
            _sweeping = Task.Run(() => sweep(_runOver.Token));
        }
    }

    /// <summary>Finishes the removal it is at, and no other.</summary>
    public async ValueTask DisposeAsync()
    {
        await _runOver.CancelAsync();
        await _sweeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _runOver.Dispose();
    }
}

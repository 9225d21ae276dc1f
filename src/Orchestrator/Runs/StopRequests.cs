namespace Orchestrator.Runs;

/// <summary>
/// What somebody outside wants of a run: first to end in an orderly way, then at once. Two tokens, because the second must work while
/// the first is being obeyed.
/// </summary>
internal sealed class StopRequests : IDisposable
{
    private readonly CancellationTokenSource _graceful = new();
    private readonly CancellationTokenSource _forceful = new();

    /// <summary>Cancelled by the first request.</summary>
    public CancellationToken Graceful => _graceful.Token;

    /// <summary>Cancelled by the second.</summary>
    public CancellationToken Forceful => _forceful.Token;

    /// <summary>Asks once more.</summary>
    public void Request()
    {
        if (_graceful.IsCancellationRequested)
        {
            _forceful.Cancel();
        }
        else
        {
            _graceful.Cancel();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _graceful.Dispose();
        _forceful.Dispose();
    }
}

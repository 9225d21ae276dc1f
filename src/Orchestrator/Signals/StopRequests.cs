using Orchestrator.State;

namespace Orchestrator.Signals;

/// <summary>
/// What somebody outside wants of a run: first to end in an orderly way, then at once. Two tokens, because the second must work while
/// the first is being obeyed. Or to be left alone, for a process that is about to be replaced by a newer one.
/// </summary>
internal sealed class StopRequests : IDisposable
{
    private readonly CancellationTokenSource _graceful = new();
    private readonly CancellationTokenSource _forceful = new();
    private readonly CancellationTokenSource _leave = new();
    private readonly Lock _lock = new();
    private Action<RetireReason>? _retire;
    private RetireReason? _retireAsked;

    /// <summary>Cancelled by the first request.</summary>
    public CancellationToken Graceful => _graceful.Token;

    /// <summary>Cancelled by the second.</summary>
    public CancellationToken Forceful => _forceful.Token;

    /// <summary>Cancelled when the machine is to be left running for another process.</summary>
    public CancellationToken Leaving => _leave.Token;

    /// <summary>Whether something was made that an end has to put away.</summary>
    public bool Begun { get; private set; }

    /// <summary>Says that something is about to be made.</summary>
    public void Begin() => Begun = true;

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

    /// <summary>Asks to end at once, whether or not anybody has asked before.</summary>
    public void RequestAtOnce()
    {
        _graceful.Cancel();
        _forceful.Cancel();
    }

    /// <summary>
    /// Asks to leave the machine running, for another process to adopt. A run whose guest has not started yet ends instead: nobody could
    /// go on with half a preparation.
    /// </summary>
    public void Leave() => _leave.Cancel();

    /// <summary>Asks for a person that the machine ends if it has no job. While nobody watches it, it has none, or nobody could tell: that is a first request.</summary>
    public void RequestUnlessBusy()
    {
        lock (_lock)
        {
            if (_retire is { } retire)
            {
                retire(RetireReason.Asked);
            }
            else if (!Graceful.IsCancellationRequested)
            {
                Request();
            }
        }
    }

    /// <summary>Asks to end a machine if it has no job, and to see to it that it gets none. One that has is left, and may be asked again.</summary>
    public void Retire(RetireReason reason)
    {
        lock (_lock)
        {
            _retireAsked = reason;
            _retire?.Invoke(reason);
        }
    }

    /// <summary>Has whoever watches the machine hear of that, also of what was asked before.</summary>
    public void OnRetire(Action<RetireReason> hear)
    {
        lock (_lock)
        {
            _retire = hear;
            if (_retireAsked is { } asked)
            {
                hear(asked);
            }
        }
    }

    public void Dispose()
    {
        _graceful.Dispose();
        _forceful.Dispose();
        _leave.Dispose();
    }
}

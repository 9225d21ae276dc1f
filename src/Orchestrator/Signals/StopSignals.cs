namespace Orchestrator.Signals;

/// <summary>
/// What the signals that ask a process to end ask of its run: the first an orderly end, a second an end at once. A hang-up never is the second: that nobody
/// looks on any more is no reason to pull a plug.
/// </summary>
/// <param name="requests">What they ask.</param>
/// <param name="time">The clock.</param>
/// <param name="exit">
/// Ends the process by a signal's number. That is how the first one is obeyed while nothing was made, whatever the process waits for: a file on a server that is
/// gone takes no request. Null: there is something from the beginning.
/// </param>
internal sealed class StopSignals(StopRequests requests, TimeProvider time, Action<int>? exit = null)
{
    /// <summary>SIGUSR2, by which another process asks for an end at once; signal(7), the same for x86 and ARM.</summary>
    public const int AtOnce = 12;

    /// <summary>SIGUSR1, by which another process asks for an end where the guest has no job.</summary>
    public const int Retire = 10;

    private readonly SignalBurst _burst = new(time);
    private int _first;
    private bool _retires;

    /// <summary>The signals that another process asks by.</summary>
    public static ReadOnlySpan<int> OfOthers => [AtOnce, Retire];

    /// <summary>
    /// The number of the first signal that came; that of SIGINT where none did. What another process asks for counts as a SIGTERM, also where it was refused at first
    /// and nobody else has asked since.
    /// </summary>
    public int First => _first != 0 ? _first : _retires ? EndSignals.Terminate : EndSignals.Interrupt;

    /// <summary>Takes notice of one.</summary>
    /// <param name="signal">Its number.</param>
    public void Take(int signal)
    {
        if (signal == Retire)
        {
            _retires = true;
        }
        else
        {
            Interlocked.CompareExchange(ref _first, signal == AtOnce ? EndSignals.Terminate : signal, 0);
        }

        if (exit is not null && !requests.Begun)
        {
            exit(First);
        }
        else if (signal == AtOnce)
        {
            requests.RequestAtOnce();
        }
        else if (signal == Retire)
        {
            requests.RequestUnlessBusy();
        }
        else if (_burst.Begins() && !(signal == EndSignals.HangUp && requests.Graceful.IsCancellationRequested))
        {
            requests.Request();
        }
    }
}

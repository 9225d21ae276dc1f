using System.Threading.Channels;

namespace Orchestrator.Reporting;

/// <summary>
/// Hands events on to whoever tells them, without letting whoever raises them wait for that: a paused terminal (Ctrl+S) or a pipe that nobody
/// reads must put off neither a time limit nor a medium's removal.
/// </summary>
internal abstract class ReportQueue : IAsyncDisposable
{
    // Far more than an honest run has to say, or two dozen in a day. A guest raises some events at will, by rebooting in a loop; of too many the last ones stay.
    private const int MostUntold = 10_000;

    // Whoever has not read the end by then does not read.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Channel<(Action<DateTimeOffset> Tell, DateTimeOffset At)> _untold =
        Channel.CreateBounded<(Action<DateTimeOffset>, DateTimeOffset)>(
            new BoundedChannelOptions(MostUntold) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly TimeProvider _time;
    private readonly Task _telling;

    /// <summary>Tells until disposed.</summary>
    /// <param name="time">The clock.</param>
    protected ReportQueue(TimeProvider time)
    {
        _time = time;
        _telling = TellAsync();
    }

    /// <summary>Tells what is left, unless nobody reads it.</summary>
    /// <exception cref="Exception">What <see cref="GoesOnAfter"/> threw.</exception>
    public async ValueTask DisposeAsync()
    {
        _untold.Writer.TryComplete();
        try
        {
            await _telling.WaitAsync(Patience, _time);
        }
        catch (TimeoutException)
        {
            // The write that hangs ends with the process.
        }
    }

    /// <summary>Has something told that happened now, in its turn.</summary>
    protected void Enqueue(Action<DateTimeOffset> tell) => _untold.Writer.TryWrite((tell, _time.GetUtcNow()));

    /// <summary>Hears that an event could not be told, and says whether the next ones are to be. What it throws comes out of the disposal.</summary>
    protected abstract bool GoesOnAfter(Exception failure);

    private async Task TellAsync()
    {
        await foreach (var (tell, at) in _untold.Reader.ReadAllAsync())
        {
            try
            {
                tell(at);
            }
            catch (Exception failure)
            {
                if (!GoesOnAfter(failure))
                {
                    _untold.Writer.TryComplete();
                    return;
                }
            }
        }
    }
}

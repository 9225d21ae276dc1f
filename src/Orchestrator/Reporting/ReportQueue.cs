using System.Threading.Channels;
using Orchestrator.Output;

namespace Orchestrator.Reporting;

/// <summary>
/// Hands a run's events on to whoever tells them, without letting the run wait for that: a paused terminal (Ctrl+S) or a pipe that nobody reads
/// must put off neither the time limit nor the medium's removal.
/// </summary>
internal sealed class ReportQueue : IRunObserver, IAsyncDisposable
{
    // Far more than an honest run has to say. A guest raises some events at will, by rebooting in a loop; of too many the last ones stay.
    private const int MostUntold = 10_000;

    // Whoever has not read the end by then does not read.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Channel<(RunEvent Happened, DateTimeOffset At)> _untold =
        Channel.CreateBounded<(RunEvent, DateTimeOffset)>(
            new BoundedChannelOptions(MostUntold) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly Action<string> _lost;
    private readonly TimeProvider _time;
    private readonly Task _telling;

    /// <summary>Tells until disposed.</summary>
    /// <param name="reporter">Who tells.</param>
    /// <param name="lost">Hears, once, that whoever was told has gone. The run goes on without.</param>
    /// <param name="time">The clock.</param>
    public ReportQueue(IRunReporter reporter, Action<string> lost, TimeProvider time)
    {
        _lost = lost;
        _time = time;
        _telling = TellAsync(reporter);
    }

    /// <inheritdoc/>
    public void Observe(RunEvent happened) => _untold.Writer.TryWrite((happened, _time.GetUtcNow()));

    /// <summary>Tells what is left, unless nobody reads it.</summary>
    /// <exception cref="Drivers.HostException">Telling failed at some time; the run went on without.</exception>
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

    private async Task TellAsync(IRunReporter reporter)
    {
        try
        {
            await foreach (var (happened, at) in _untold.Reader.ReadAllAsync())
            {
                reporter.Tell(happened, at);
            }
        }
        catch (ReaderGoneException gone)
        {
            _untold.Writer.TryComplete();
            _lost(gone.Message);
        }
    }
}

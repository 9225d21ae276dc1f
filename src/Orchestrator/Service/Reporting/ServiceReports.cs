using System.Threading.Channels;
using Orchestrator.Drivers;
using Orchestrator.Output;
using Orchestrator.Reporting;

namespace Orchestrator.Service.Reporting;

/// <summary>The one stream of a service's events. Nobody who has something to tell waits for whoever reads it.</summary>
internal sealed class ServiceReports : IAsyncDisposable
{
    // What two dozen runs have to say in a day. Whoever reads that slowly gets the last of it.
    private const int MostUntold = 10_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Channel<Action> _untold = Channel.CreateBounded<Action>(
        new BoundedChannelOptions(MostUntold) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly IServiceReporter _reporter;
    private readonly Action<string> _lost;
    private readonly TimeProvider _time;
    private readonly Task _telling;

    /// <summary>Tells until disposed.</summary>
    /// <param name="reporter">Who tells.</param>
    /// <param name="lost">Hears that nobody can be told any more, or one event could not be told, and why. The service goes on without.</param>
    /// <param name="time">The clock.</param>
    public ServiceReports(IServiceReporter reporter, Action<string> lost, TimeProvider time)
    {
        _reporter = reporter;
        _lost = lost;
        _time = time;
        _telling = TellAsync();
    }

    /// <summary>Tells of the service.</summary>
    public void Tell(ServiceEvent happened)
    {
        var now = _time.GetUtcNow();
        _untold.Writer.TryWrite(() => _reporter.Tell(happened, now));
    }

    /// <summary>What hears of one of an instance's runs.</summary>
    public IRunObserver OfRun(string instance) => new RunTeller(this, _reporter.OfRun(instance));

    /// <summary>Tells what is left, unless nobody reads it.</summary>
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

    private async Task TellAsync()
    {
        await foreach (var tell in _untold.Reader.ReadAllAsync())
        {
            try
            {
                tell();
            }
            catch (Exception error) when (error is HostException or ReaderGoneException)
            {
                // A pipe whose reader died stays broken, and machines are more important than who hears of them.
                _untold.Writer.TryComplete();
                _lost(error.Message);
                return;
            }
            catch (Exception defect)
            {
                // What this one event was is lost, and is no reason to lose the others.
                _lost($"an event could not be told: {defect.Message}");
            }
        }
    }

    private sealed class RunTeller(ServiceReports reports, IRunReporter reporter) : IRunObserver
    {
        public void Observe(RunEvent happened)
        {
            var now = reports._time.GetUtcNow();
            reports._untold.Writer.TryWrite(() => reporter.Tell(happened, now));
        }
    }
}

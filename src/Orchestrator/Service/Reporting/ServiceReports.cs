using Orchestrator.Drivers;
using Orchestrator.Output;
using Orchestrator.Reporting;

namespace Orchestrator.Service.Reporting;

/// <summary>The one stream of a service's events, told by <paramref name="reporter"/>.</summary>
/// <param name="reporter">Who tells.</param>
/// <param name="lost">Hears that nobody can be told any more, or one event could not be told, and why. The service goes on without.</param>
/// <param name="time">The clock.</param>
internal sealed class ServiceReports(IServiceReporter reporter, Action<string> lost, TimeProvider time) : ReportQueue(time)
{
    /// <summary>Tells of the service.</summary>
    public void Tell(ServiceEvent happened) => Enqueue(at => reporter.Tell(happened, at));

    /// <summary>What hears of one of an instance's runs.</summary>
    public IRunObserver OfRun(string instance) => new RunTeller(this, reporter.OfRun(instance));

    protected override bool GoesOnAfter(Exception failure)
    {
        // A pipe whose reader died stays broken, and machines are more important than who hears of them. What one event was is no reason to lose the others.
        var goesOn = failure is not (HostException or ReaderGoneException);
        lost(goesOn ? $"an event could not be told: {failure.Message}" : failure.Message);
        return goesOn;
    }

    private sealed class RunTeller(ServiceReports reports, IRunReporter run) : IRunObserver
    {
        public void Observe(RunEvent happened) => reports.Enqueue(at => run.Tell(happened, at));
    }
}

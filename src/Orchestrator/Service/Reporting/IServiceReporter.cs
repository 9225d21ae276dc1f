using Orchestrator.Reporting;

namespace Orchestrator.Service.Reporting;

/// <summary>Tells somebody how a service goes, one event at a time. May block for as long as nobody reads what it writes.</summary>
internal interface IServiceReporter
{
    /// <summary>Tells one event.</summary>
    /// <param name="happened">What.</param>
    /// <param name="at">When (UTC).</param>
    void Tell(ServiceEvent happened, DateTimeOffset at);

    /// <summary>What tells of one of an instance's runs.</summary>
    IRunReporter OfRun(string instance);
}

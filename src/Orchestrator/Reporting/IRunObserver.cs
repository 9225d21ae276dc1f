namespace Orchestrator.Reporting;

/// <summary>
/// Hears of a run as it goes. Thread-safe: nearly everything comes from the run's own loop, but not all. Must not block, since the
/// medium's removal or the time limit may be next.
/// </summary>
internal interface IRunObserver
{
    /// <summary>Hears one event.</summary>
    void Observe(RunEvent happened);
}

/// <summary>Tells somebody how a run goes, one event at a time. May block for as long as nobody reads what it writes.</summary>
internal interface IRunReporter
{
    /// <summary>Tells one event.</summary>
    /// <param name="happened">What.</param>
    /// <param name="at">When (UTC).</param>
    void Tell(RunEvent happened, DateTimeOffset at);
}

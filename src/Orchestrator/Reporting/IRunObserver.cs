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

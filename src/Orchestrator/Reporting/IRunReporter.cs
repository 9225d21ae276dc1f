namespace Orchestrator.Reporting;

/// <summary>Tells somebody how a run goes, one event at a time. May block for as long as nobody reads what it writes.</summary>
internal interface IRunReporter
{
    /// <summary>Tells one event.</summary>
    /// <param name="happened">What.</param>
    /// <param name="at">When (UTC).</param>
    void Tell(RunEvent happened, DateTimeOffset at);
}

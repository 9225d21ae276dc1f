namespace Orchestrator.Runs;

/// <summary>Hears of a run as it goes. Called from one thread at a time; must not block for long, since the medium's removal may be next.</summary>
internal interface IRunObserver
{
    /// <summary>Hears one event.</summary>
    void Observe(RunEvent happened);
}

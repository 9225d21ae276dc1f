using Orchestrator.Reporting;

namespace Orchestrator.Service.Running;

/// <summary>Passes on what one run has to tell: to the event stream, to the metrics and to the supervisor.</summary>
internal sealed class RunListener(IRunObserver reports, Action<RunEvent> note) : IRunObserver
{
    public void Observe(RunEvent happened)
    {
        reports.Observe(happened);
        note(happened);
    }
}

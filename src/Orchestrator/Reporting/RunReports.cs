using System.Runtime.ExceptionServices;
using Orchestrator.Output;

namespace Orchestrator.Reporting;

/// <summary>The events of one run, told by <paramref name="reporter"/>. Its disposal throws what telling failed with, though the run went on without.</summary>
/// <param name="reporter">Who tells.</param>
/// <param name="lost">Hears, once, that whoever was told has gone, which is no error.</param>
/// <param name="time">The clock.</param>
internal sealed class RunReports(IRunReporter reporter, Action<string> lost, TimeProvider time) : ReportQueue(time), IRunObserver
{
    public void Observe(RunEvent happened) => Enqueue(at => reporter.Tell(happened, at));

    protected override bool GoesOnAfter(Exception failure)
    {
        if (failure is not ReaderGoneException)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        lost(failure.Message);
        return false;
    }
}

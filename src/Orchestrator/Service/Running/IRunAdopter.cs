using Orchestrator.Drivers;
using Orchestrator.Reporting;
using Orchestrator.Signals;
using Orchestrator.State;

namespace Orchestrator.Service.Running;

/// <summary>Goes on with the runs of an earlier service.</summary>
internal interface IRunAdopter
{
    /// <summary>Takes the runs of the state directory that an earlier service left, and removes what nobody can go on with.</summary>
    Task<IReadOnlyList<IAdoptableRun>> TakeAsync(CancellationToken cancellationToken);
}

/// <summary>A run that an earlier service left, and this one answers for now. Disposed without being adopted, it is left again.</summary>
internal interface IAdoptableRun : IDisposable
{
    /// <summary>What its journal says.</summary>
    RunJournal Journal { get; }

    /// <summary>Watches it to its end. Once only.</summary>
    /// <returns>How it ended; nothing is left of it, unless it was left running.</returns>
    /// <exception cref="OrchestratorException">It cannot be watched.</exception>
    Task<RunResult> AdoptAsync(IRunObserver observer, StopRequests stop);
}

using Orchestrator.Drivers;
using Orchestrator.Reporting;
using Orchestrator.Service.Instances;
using Orchestrator.Signals;
using Orchestrator.State;

namespace Orchestrator.Service.Running;

/// <summary>Lives one run of an instance.</summary>
internal interface IRunLauncher
{
    /// <summary>Lives it.</summary>
    /// <returns>How it ended; nothing is left of it, unless it was left running.</returns>
    /// <exception cref="OrchestratorException">It came to nothing.</exception>
    Task<RunResult> LaunchAsync(InstanceDescription description, IRunObserver observer, StopRequests stop);
}

using Orchestrator.Runs;

namespace Orchestrator.Service.Running;

/// <summary>A run that this service answers for.</summary>
/// <param name="Stop">Ends it, or leaves it.</param>
/// <param name="Over">Completes when nothing more is to be done about it; never faults.</param>
internal sealed record ActiveRun(StopRequests Stop, Task Over);

using Orchestrator.Configuration;
using Orchestrator.Service.Policy;

namespace Orchestrator.Service.Instances;

/// <summary>An instance as a service runs it.</summary>
/// <param name="Instance">What the file says.</param>
/// <param name="Desired">What the policy has to know of it.</param>
internal sealed record InstanceDescription(Instance Instance, DesiredInstance Desired);

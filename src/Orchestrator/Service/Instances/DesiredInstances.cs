using Orchestrator.Configuration;
using Orchestrator.Service.Policy;

namespace Orchestrator.Service.Instances;

/// <summary>The instances a service keeps running, as they were described at one moment.</summary>
/// <param name="Instances">In the order in which they are to start; each name once.</param>
/// <param name="Warnings">What works but is probably not meant, a line each.</param>
internal sealed record DesiredInstances(IReadOnlyList<InstanceDescription> Instances, IReadOnlyList<string> Warnings)
{
    /// <summary>What is wrong with the file, of which nothing was taken; null where it was read.</summary>
    public string? Refused { get; private init; }

    /// <summary>None, since the file is broken.</summary>
    /// <param name="why">What is wrong with it, a line for each problem.</param>
    public static DesiredInstances OfBrokenFile(string why) => new([], []) { Refused = why };
}

/// <summary>An instance as a service runs it.</summary>
/// <param name="Instance">What the file says.</param>
/// <param name="Desired">What the policy has to know of it.</param>
internal sealed record InstanceDescription(Instance Instance, DesiredInstance Desired);

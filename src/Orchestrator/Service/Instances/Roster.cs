namespace Orchestrator.Service.Instances;

/// <summary>The instances a service keeps running, as they were described at one moment.</summary>
/// <param name="Instances">In the order in which they are to start; each name once.</param>
/// <param name="Warnings">What works but is probably not meant, a line each.</param>
internal sealed record Roster(IReadOnlyList<InstanceDescription> Instances, IReadOnlyList<string> Warnings);

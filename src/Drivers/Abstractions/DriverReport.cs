namespace Orchestrator.Drivers;

/// <summary>What a driver found when it examined the host.</summary>
/// <param name="Checks">In the order a person should read them.</param>
public sealed record DriverReport(IReadOnlyList<HostCheck> Checks);

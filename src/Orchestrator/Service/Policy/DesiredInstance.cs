namespace Orchestrator.Service.Policy;

/// <summary>An instance as it is to be kept running.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Differs when its description or base image does.</param>
/// <param name="Demand">What it asks of the host.</param>
/// <param name="SshPort">The port on the host that it asks for; null where it has none, or any does.</param>
internal sealed record DesiredInstance(string Name, string Version, Demand Demand, int? SshPort = null);

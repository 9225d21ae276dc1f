using Orchestrator.State;

namespace Orchestrator.Service.Monitoring;

/// <summary>Says whether a service still does its work.</summary>
internal interface IHealth
{
    /// <summary>Asks.</summary>
    /// <returns>What is wrong; null: nothing is.</returns>
    Task<string?> CheckAsync(CancellationToken cancellationToken);
}

/// <summary>The health of a service as a whole: its hold on the state directory, and its supervisor.</summary>
internal sealed class ServiceHealth(UpLock only, IHealth supervisor) : IHealth
{
    public async Task<string?> CheckAsync(CancellationToken cancellationToken) =>
        only.FindLoss() ?? await supervisor.CheckAsync(cancellationToken);
}

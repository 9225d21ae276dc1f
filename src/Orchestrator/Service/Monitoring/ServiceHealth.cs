using Orchestrator.State;

namespace Orchestrator.Service.Monitoring;

/// <summary>The health of a service as a whole: its hold on the state directory, and its supervisor.</summary>
internal sealed class ServiceHealth(UpLock only, IHealth supervisor) : IHealth
{
    /// <inheritdoc/>
    public async Task<string?> CheckAsync(CancellationToken cancellationToken) =>
        only.FindLoss() ?? await supervisor.CheckAsync(cancellationToken);
}

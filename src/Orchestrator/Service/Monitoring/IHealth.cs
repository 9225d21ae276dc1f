namespace Orchestrator.Service.Monitoring;

/// <summary>Says whether a service still does its work.</summary>
internal interface IHealth
{
    /// <summary>Asks.</summary>
    /// <returns>What is wrong; null: nothing is.</returns>
    Task<string?> CheckAsync(CancellationToken cancellationToken);
}

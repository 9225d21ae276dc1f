namespace Orchestrator.Service.Policy;

/// <summary>A run that has not ended.</summary>
/// <param name="Token">Its number among the runs of this service.</param>
/// <param name="Version">The version of the instance it is a copy of.</param>
/// <param name="Demand">What it asks of the host.</param>
/// <param name="SshPort">Its port on the host, as far as it is known.</param>
internal sealed record LiveRun(int Token, string Version, Demand Demand, int? SshPort = null)
{
    /// <summary>The guest has run its first instruction.</summary>
    public bool Started { get; init; }

    /// <summary>The guest has opened its tray: it knows its job.</summary>
    public bool Busy { get; init; }

    /// <summary>It was asked to end, or is being left.</summary>
    public bool Ending { get; init; }
}

namespace Orchestrator.Service.Policy;

/// <summary>The numbers the policy goes by.</summary>
internal sealed record SupervisorLimits
{
    /// <summary>What all machines together may ask.</summary>
    public required Capacity Capacity { get; init; }

    /// <summary>A run that ends sooner after its guest's start counts as failed.</summary>
    public required TimeSpan TooSoon { get; init; }

    /// <summary>How many runs may be between nothing and the guest's first instruction at a time: more only hinder each other.</summary>
    public required int MostStarting { get; init; }
}

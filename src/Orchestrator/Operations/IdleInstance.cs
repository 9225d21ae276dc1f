namespace Orchestrator.Operations;

/// <summary>An instance that a service is to keep running, and that has no run at the moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Driver">The driver that its next run is to have.</param>
/// <param name="State"><see cref="Waiting"/> or <see cref="BackingOff"/>.</param>
/// <param name="Reason">Why, in a word or some: <c>host-full</c>, <c>port-taken</c>, <c>3 failures</c>, <see cref="RateLimit"/>; null where it is about to start.</param>
/// <param name="Until">When its next run begins; null where nobody can tell.</param>
internal sealed record IdleInstance(string Name, string Driver, string State, string? Reason = null, DateTimeOffset? Until = null)
{
    /// <summary>It would start if there was room, or another instance's machine gave up its port.</summary>
    public const string Waiting = "waiting";

    /// <summary>Its last runs failed or ended too soon.</summary>
    public const string BackingOff = "backing-off";

    /// <summary>The reason where it waits for the end of GitHub's rate limit.</summary>
    public const string RateLimit = "rate-limit";
}

using System.Collections.Immutable;

namespace Orchestrator.Service.Policy;

/// <summary>What is known of one instance.</summary>
internal sealed record SupervisedInstance
{
    /// <summary>How it is to be kept running; null: it is not any more, and its last run ends.</summary>
    public DesiredInstance? Desired { get; init; }

    /// <summary>Its runs: none or one, and more only where several were adopted.</summary>
    public ImmutableList<LiveRun> Runs { get; init; } = [];

    /// <summary>How many runs in a row went wrong.</summary>
    public int Failures { get; init; }

    /// <summary>It waits for the end of its backoff.</summary>
    public bool BackingOff { get; init; }

    /// <summary>Which backoff; the end of an earlier one means nothing.</summary>
    public int BackoffRound { get; init; }

    /// <summary>Its place in the queue; null while it does not want to start.</summary>
    public long? Ticket { get; init; }

    /// <summary>Why it waits, which was told when it began to; null while it does not.</summary>
    public WaitReason? Waits { get; init; }

    /// <summary>It would start if it was let.</summary>
    public bool WantsToStart => Desired is not null && Runs.IsEmpty && !BackingOff;
}

namespace Orchestrator.Recovery;

/// <summary>What is to become of a run that was found. A closed hierarchy.</summary>
internal abstract record SweepDecision
{
    private SweepDecision()
    {
    }

    /// <summary>Somebody answers for it.</summary>
    public sealed record Owned : SweepDecision;

    /// <summary>It is a service's, and its machine does its work: the next <c>up</c> adopts it.</summary>
    public sealed record Adoptable : SweepDecision;

    /// <summary>Nobody answers for it, and it must be left all the same.</summary>
    public sealed record Leave(string Why) : SweepDecision;

    /// <summary>It goes, and its machine is ended if it has one.</summary>
    public sealed record Remove(string Why) : SweepDecision;
}

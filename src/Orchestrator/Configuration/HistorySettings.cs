namespace Orchestrator.Configuration;

/// <summary>How much is kept of past runs. Whatever goes past any of the bounds goes, the oldest first.</summary>
public sealed record HistorySettings
{
    /// <summary>How many runs that ended well, and how many that did not.</summary>
    public int MaxRuns { get; init; } = 200;

    /// <summary>For how long.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How many bytes.</summary>
    public long MaxBytes { get; init; } = 512L << 20;
}

namespace Orchestrator.Runs;

/// <summary>When a run reached each phase, counted from the command by a monotonic clock. Null: never.</summary>
internal sealed record RunTimeline
{
    /// <summary>The machine existed, paused.</summary>
    public TimeSpan? Prepared { get; init; }

    /// <summary>The guest's first instruction.</summary>
    public TimeSpan? Started { get; init; }

    /// <summary>The guest's first opening of the tray.</summary>
    public TimeSpan? TrayOpened { get; init; }

    /// <summary>The medium was gone for good, verified.</summary>
    public TimeSpan? ConfigurationRemoved { get; init; }

    /// <summary>How long the medium's removal took, from the tray event to its verification; zero when it never came to that.</summary>
    public TimeSpan RemovalTook => ConfigurationRemoved - TrayOpened ?? TimeSpan.Zero;

    /// <summary>The machine was over.</summary>
    public TimeSpan? ShutDown { get; init; }
}

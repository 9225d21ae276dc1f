using Orchestrator.Drivers;
using Orchestrator.State;

namespace Orchestrator.Runs;

/// <summary>What is known of a run whose guest has started.</summary>
internal sealed record RunState
{
    /// <summary>A run whose guest has just started.</summary>
    public static RunState Started { get; } = new();

    /// <summary>Where the config drive's medium is.</summary>
    public MediumState Medium { get; init; } = MediumState.Inserted;

    /// <summary>Why the run is being ended from outside; null while nobody wants it to end.</summary>
    public StopCause? Cause { get; init; }

    /// <summary>The machine is being ended at once.</summary>
    public bool Killing { get; init; }

    /// <summary>Somebody else is to go on watching the machine.</summary>
    public bool Left { get; init; }

    /// <summary>How the machine ended; null while it runs.</summary>
    public VmExit? Exit { get; init; }

    /// <summary>There is nothing left to watch.</summary>
    public bool Over => Exit is not null || Left;
}

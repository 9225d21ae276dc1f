using Orchestrator.State;

namespace Orchestrator.Runs;

/// <summary>One ephemeral life to be lived: the machine wanted, its limits, and what to put on its config drive.</summary>
internal sealed record RunRequest
{
    /// <summary>The machine, but for what each run gets of its own (id, directory, port, deadline).</summary>
    public required MachineTemplate Machine { get; init; }

    /// <summary>Tells this description of the machine from others of the same instance; null where nobody will ask.</summary>
    public string? Version { get; init; }

    /// <summary>How long the guest may run, from its first instruction.</summary>
    public required TimeSpan TimeLimit { get; init; }

    /// <summary>How long the guest may take to power down when asked.</summary>
    public required TimeSpan ShutdownGrace { get; init; }

    /// <summary>Makes the config drive's content, with its secrets; called last, when the machine is prepared.</summary>
    public required IConfigMedium ConfigMedium { get; init; }

    /// <summary>Where the guest's console is copied to; null for nowhere.</summary>
    public Stream? ConsoleOutput { get; init; }

    /// <summary>What kind of process lives it, which decides what becomes of the machine when the process dies.</summary>
    public RunOwnerKind Owner { get; init; } = RunOwnerKind.Foreground;

    /// <summary>Leave the run's files (but never its secrets) behind.</summary>
    public bool Keep { get; init; }
}

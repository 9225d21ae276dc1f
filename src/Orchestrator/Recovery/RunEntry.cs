using Orchestrator.Drivers;
using Orchestrator.State;

namespace Orchestrator.Recovery;

/// <summary>Everything that could be found out about one run, at one moment.</summary>
internal sealed record RunEntry
{
    /// <summary>The run.</summary>
    public required VmId Id { get; init; }

    /// <summary>Absolute path of its directory, which may be missing.</summary>
    public required string Directory { get; init; }

    /// <summary>What its journal says; missing also where the directory is.</summary>
    public required JournalReading Reading { get; init; }

    /// <summary>The directory is missing: somebody removed it by hand, and a driver still knows the machine.</summary>
    public bool DirectoryMissing { get; init; }

    /// <summary>An orchestrator answers for it.</summary>
    public bool Held { get; init; }

    /// <summary>The orchestrator that answers for it is stopped (Ctrl+Z): it watches nothing until it goes on.</summary>
    public bool OwnerStopped { get; init; }

    /// <summary>The driver that has the machine, or is said to; null where nobody can tell.</summary>
    public string? Driver { get; init; }

    /// <summary>The machine as its driver lists it; null where there is none, or the driver could not be asked.</summary>
    public VmRecord? Machine { get; init; }

    /// <summary>Why nobody can tell whether there is a machine; null where everybody who could know was asked.</summary>
    public string? Uncertain { get; init; }

    /// <summary>The journal, if it could be read.</summary>
    public RunJournal? Journal => Reading.Journal;

    /// <summary>The instance's name; empty where nothing tells it.</summary>
    public string Instance => Journal?.Instance ?? Machine?.InstanceName ?? string.Empty;

    /// <summary>The machine exists and is not over.</summary>
    public bool Alive => Machine is { State: not VmState.Ended };
}

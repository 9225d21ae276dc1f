using Orchestrator.Drivers;

namespace Orchestrator.Recovery;

/// <summary>What there is in a state directory, and on the host because of it.</summary>
/// <param name="Runs">The runs, oldest first.</param>
/// <param name="Foreign">Absolute paths of what lies in the state directory and is not of this program; it is never touched.</param>
/// <param name="Leftovers">What the killed left that is no run.</param>
/// <param name="Warnings">What could not be found out, a line each.</param>
internal sealed record Inventory(
    IReadOnlyList<RunEntry> Runs, IReadOnlyList<string> Foreign, IReadOnlyList<Leftover> Leftovers, IReadOnlyList<string> Warnings)
{
    /// <summary>The runs that hold something elsewhere, as it is written down, and have no directory; each with the driver that had its machine, if that is known.</summary>
    public IReadOnlyList<(VmId Run, string? Driver)> Leases { get; init; } = [];

    /// <summary>The drivers that may have a machine of these and could not be asked.</summary>
    public IReadOnlyList<string> Unreachable { get; init; } = [];

    /// <summary>Whether every driver that may have a machine of these could be asked.</summary>
    public bool Complete => Unreachable.Count == 0;
}

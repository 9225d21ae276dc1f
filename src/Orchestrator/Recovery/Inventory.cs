using Orchestrator.Leases;

namespace Orchestrator.Recovery;

/// <summary>What there is in a state directory, and on the host because of it.</summary>
/// <param name="Runs">The runs, oldest first.</param>
/// <param name="Foreign">Absolute paths of what lies in the state directory and is not of this program; it is never touched.</param>
/// <param name="Leftovers">What the killed left that is no run.</param>
/// <param name="Warnings">What could not be found out, a line each.</param>
internal sealed record Inventory(
    IReadOnlyList<RunEntry> Runs, IReadOnlyList<string> Foreign, IReadOnlyList<Leftover> Leftovers, IReadOnlyList<string> Warnings)
{
    /// <summary>What runs hold elsewhere, as it is written down, that have no directory.</summary>
    public IReadOnlyList<OwedLeases> Leases { get; init; } = [];

    /// <summary>The same of those that have no machine either, as far as is known.</summary>
    public IEnumerable<OwedLeases> Owed => Leases.Where(owed => Runs.All(known => known.Id != owed.Run));

    /// <summary>The drivers that may have a machine of these and could not be asked.</summary>
    public IReadOnlyList<string> Unreachable { get; init; } = [];

    /// <summary>Whether every driver that may have a machine of these could be asked.</summary>
    public bool Complete => Unreachable.Count == 0;
}

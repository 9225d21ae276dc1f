using Orchestrator.Drivers;

namespace Orchestrator.Leases;

/// <summary>Hears what becomes of the leases of runs that are over.</summary>
internal interface ILeaseObserver
{
    /// <summary>It is held no longer.</summary>
    void Released(VmId run, Lease lease);

    /// <summary>Something is still held, or nobody can tell.</summary>
    /// <param name="run">The run.</param>
    /// <param name="what">The lease, or what could not be read to find it.</param>
    /// <param name="why">Why, and the remedy.</param>
    void NotReleased(VmId run, string what, string why);
}

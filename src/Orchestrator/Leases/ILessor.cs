using Orchestrator.Drivers;

namespace Orchestrator.Leases;

/// <summary>Takes back leases of one kind. Thread-safe. To add one, implement this and register it in the composition root.</summary>
internal interface ILessor
{
    /// <summary>The kind: small letters, digits and hyphens. It is written down, and outlives this process.</summary>
    string Kind { get; }

    /// <summary>Makes sure that nobody holds it any more. Doing so twice, or at the same time as another process, does no harm.</summary>
    /// <returns>False where nothing of that name was held.</returns>
    /// <exception cref="OrchestratorException">Nobody can tell, or it cannot be taken back for the time being.</exception>
    Task<bool> ReleaseAsync(Lease lease, CancellationToken cancellationToken);
}

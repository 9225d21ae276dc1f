using Orchestrator.Drivers;

namespace Orchestrator.Leases;

/// <summary>Something that a run holds outside its machine and has to give back, a runner on GitHub for example. Has no secret in it.</summary>
/// <param name="Kind">The <see cref="ILessor.Kind"/> of whoever takes it back.</param>
/// <param name="Scope">Where it is, in that one's words.</param>
/// <param name="Name">What it is called there: derived from the run id, so that nothing else bears the name, and it is known before there is anything.</param>
public sealed record Lease(string Kind, string Scope, string Name)
{
    /// <summary>For a person.</summary>
    public override string ToString() => $"{Kind} '{Name}' of {Scope}";
}

/// <summary>Takes back leases of one kind. Thread-safe. To add one, implement this and register it in the composition root.</summary>
internal interface ILessor
{
    /// <summary>The kind: small letters, digits and hyphens. It is written down, and outlives this process.</summary>
    string Kind { get; }

    /// <summary>Makes sure that nobody holds it any more. Doing so twice, or at the same time as another process, does no harm.</summary>
    /// <returns>False where nothing of that name was held.</returns>
    /// <exception cref="OrchestratorException">Nobody can tell, or it cannot be taken back for the time being.</exception>
    Task<bool> ReleaseAsync(Lease lease, CancellationToken cancellationToken);

    /// <summary>Looks at one of a run that lives. Many that are asked for at the same moment cost one question.</summary>
    /// <exception cref="OrchestratorException">Nobody can tell.</exception>
    Task<LeaseSight> LookAsync(Lease lease, CancellationToken cancellationToken);
}

/// <summary>A look at a lease.</summary>
/// <param name="View">What becomes of it.</param>
/// <param name="Remark">Why it may never be made use of, and the remedy; null where nothing is known.</param>
internal sealed record LeaseSight(LeaseView View, string? Remark = null);

/// <summary>What becomes of a lease, as whoever it is held from sees it.</summary>
internal enum LeaseView
{
    /// <summary>Nothing of that name is held.</summary>
    Gone,

    /// <summary>It is held, and nobody makes use of it at the moment.</summary>
    Unused,

    /// <summary>It is made use of.</summary>
    InUse,
}

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

using Orchestrator.Drivers;
using Orchestrator.Leases;

namespace Orchestrator.Recovery;

/// <summary>Hears what a sweep does, or would do.</summary>
internal interface ISweepObserver : ILeaseObserver
{
    /// <summary>A run was removed, with its machine if <see cref="RunEntry.Alive"/>.</summary>
    void Removed(RunEntry run, string why);

    /// <summary>A run without owner was left.</summary>
    void Left(RunEntry run, string why);

    /// <summary>A run could not be removed, or something of it remained.</summary>
    void Failed(string what, string why);

    /// <summary>What a run holds elsewhere was left, though its directory is gone.</summary>
    void Left(VmId run, string why);

    /// <summary>What is no run went too.</summary>
    void Cleared(Leftover leftover);
}

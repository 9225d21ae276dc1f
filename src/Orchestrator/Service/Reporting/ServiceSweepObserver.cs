using Orchestrator.Drivers;
using Orchestrator.Leases;
using Orchestrator.Recovery;

namespace Orchestrator.Service.Reporting;

/// <summary>Tells what a service's sweeps do. Not what they left as it was, which would be told again and again.</summary>
internal sealed class ServiceSweepObserver(ServiceReports reports) : ISweepObserver
{
    /// <inheritdoc/>
    public void Removed(RunEntry run, string why) => reports.Tell(new ServiceEvent.Swept(run.Id.Value, run.Instance, run.Alive, why));

    /// <inheritdoc/>
    public void Left(RunEntry run, string why)
    {
    }

    /// <inheritdoc/>
    public void Failed(string what, string why) => reports.Tell(new ServiceEvent.Warning($"{what}: {why}"));

    /// <inheritdoc/>
    public void Left(VmId run, string why) => reports.Tell(new ServiceEvent.Warning($"run {run}: what it holds elsewhere: left: {why}"));

    /// <inheritdoc/>
    public void Released(VmId run, Lease lease) => reports.Tell(new ServiceEvent.LeaseReleased(run.Value, lease));

    /// <inheritdoc/>
    public void NotReleased(VmId run, string what, string why) =>
        reports.Tell(new ServiceEvent.Warning($"run {run}: {what}: still held, and tried again and again: {why}"));

    /// <inheritdoc/>
    public void Cleared(Leftover leftover)
    {
    }
}

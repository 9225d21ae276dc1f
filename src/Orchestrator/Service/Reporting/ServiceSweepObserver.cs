using Orchestrator.Drivers;
using Orchestrator.Leases;
using Orchestrator.Recovery;

namespace Orchestrator.Service.Reporting;

/// <summary>Tells what a service's sweeps do. Not what they left as it was, which would be told again and again.</summary>
internal sealed class ServiceSweepObserver(ServiceReports reports) : ISweepObserver
{
    public void Removed(RunEntry run, string why) => reports.Tell(new ServiceEvent.Swept(run.Id.Value, run.Instance, run.Alive, why));

    public void Left(RunEntry run, string why)
    {
    }

    public void Failed(string what, string why) => reports.Tell(new ServiceEvent.Warning($"{what}: {why}"));

    public void Left(VmId run, string why) => reports.Tell(new ServiceEvent.Warning($"run {run}: what it holds elsewhere: left: {why}"));

    public void Released(VmId run, Lease lease) => reports.Tell(new ServiceEvent.LeaseReleased(run.Value, lease));

    public void NotReleased(VmId run, string what, string why) =>
        reports.Tell(new ServiceEvent.Warning($"run {run}: {what}: still held, and tried again and again: {why}"));

    public void Cleared(Leftover leftover)
    {
    }
}

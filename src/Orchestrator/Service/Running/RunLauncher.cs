using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.GitHub;
using Orchestrator.Images;
using Orchestrator.Leases;
using Orchestrator.Preprocessing;
using Orchestrator.Reporting;
using Orchestrator.Runs;
using Orchestrator.Service.Instances;
using Orchestrator.Signals;
using Orchestrator.State;

namespace Orchestrator.Service.Running;

/// <summary>Lives runs as <c>orchestrator run</c> does, but for a service.</summary>
internal sealed class RunLauncher(
    UpLock only, DriverCatalog drivers, StateDirectory state, RunHistory history, LeaseReturn leases, GitHubApi github, HostSettings settings, TimeProvider time)
    : IRunLauncher
{
    public Task<RunResult> LaunchAsync(InstanceDescription description, IRunObserver observer, StopRequests stop)
    {
        var instance = description.Instance;
        if (only.FindLoss() is { } loss)
        {
            // Another service may do the same by now.
            throw new HostException(HostProblem.Other, loss);
        }

        new CatalogueImages(new ImageCache(state.Images, time)).NoteUse(instance);

        // Anew for each run: a token that was there when the file was read may have been taken away or replaced.
        var plan = Preprocessor.ForHost(settings, github).Parse(instance);
        plan.RequireNoObstacles();
        var request = RunRequest.Of(instance, settings, plan) with { Version = description.Desired.Version, Owner = RunOwnerKind.Service };
        return new RunLifecycle(drivers.Get(instance.Driver), state, history, leases, time)
            .ExecuteAsync(request, observer, stop, time.GetTimestamp());
    }
}

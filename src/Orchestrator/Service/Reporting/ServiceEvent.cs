using System.Net;
using Orchestrator.Configuration;
using Orchestrator.Leases;
using Orchestrator.Service.Policy;

namespace Orchestrator.Service.Reporting;

/// <summary>Something worth telling about a service, beside what its runs have to tell. A closed hierarchy; none carries a secret.</summary>
internal abstract record ServiceEvent
{
    private ServiceEvent()
    {
    }

    /// <summary>Metrics can be had.</summary>
    public sealed record Listening(EndPoint Endpoint) : ServiceEvent;

    /// <summary>Runs of an earlier service are watched again, and the instances are started.</summary>
    public sealed record Ready(int Instances, int Adopted) : ServiceEvent;

    /// <summary>What a dead orchestrator left of a run was removed.</summary>
    /// <param name="Run">The run id.</param>
    /// <param name="Instance">The instance's name; empty where nothing told it.</param>
    /// <param name="Alive">Its machine was ended.</param>
    /// <param name="Why">Why.</param>
    public sealed record Swept(string Run, string Instance, bool Alive, string Why) : ServiceEvent;

    /// <summary>What a run that is over held elsewhere was given back, at last.</summary>
    public sealed record LeaseReleased(string Run, Lease Lease) : ServiceEvent;

    /// <summary>A run came to nothing.</summary>
    public sealed record RunFailed(string Instance, string Why) : ServiceEvent;

    /// <summary>The next run of an instance has to wait for a while.</summary>
    /// <param name="Instance">Which.</param>
    /// <param name="Delay">For how long.</param>
    /// <param name="Failures">How many runs in a row failed.</param>
    /// <param name="Held">It is GitHub's rate limit that is waited for.</param>
    public sealed record BackingOff(string Instance, TimeSpan Delay, int Failures, bool Held = false) : ServiceEvent;

    /// <summary>An instance cannot start for the time being.</summary>
    public sealed record Waiting(string Instance, WaitReason Reason, Demand Demand, Demand Committed, Capacity Capacity) : ServiceEvent;

    /// <summary>A machine without a job is asked to end.</summary>
    public sealed record Stopping(string Instance, string Why) : ServiceEvent;

    /// <summary>The instances file, or a base image, is another.</summary>
    public sealed record Reloaded(IReadOnlyList<string> Added, IReadOnlyList<string> Changed, IReadOnlyList<string> Removed) : ServiceEvent;

    /// <summary>The instances file was not taken, and what was in force still is.</summary>
    public sealed record ReloadRefused(string Why) : ServiceEvent;

    /// <summary>The service began without its instances, since their file is broken, for the sake of an earlier one's machines.</summary>
    public sealed record InstancesRefused(string Why) : ServiceEvent;

    /// <summary>Something works but is probably not meant.</summary>
    public sealed record Warning(string Message) : ServiceEvent;

    /// <summary>Nothing more is started.</summary>
    public sealed record Draining(DrainMode Mode, int Machines, TimeSpan Deadline) : ServiceEvent;

    /// <summary>Nothing is left, or what is left runs on without this process.</summary>
    public sealed record Drained : ServiceEvent;
}

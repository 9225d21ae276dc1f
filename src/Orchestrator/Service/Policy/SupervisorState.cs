using System.Collections.Immutable;
using System.Globalization;
using Orchestrator.Configuration;

namespace Orchestrator.Service.Policy;

/// <summary>Everything that decides what a service does next.</summary>
/// <param name="Limits">The numbers to go by.</param>
internal sealed record SupervisorState(SupervisorLimits Limits)
{
    /// <summary>The instances by name.</summary>
    public ImmutableSortedDictionary<string, SupervisedInstance> Instances { get; init; } =
        ImmutableSortedDictionary.Create<string, SupervisedInstance>(StringComparer.Ordinal);

    /// <summary>How the service ends; null while it does not.</summary>
    public DrainMode? Draining { get; init; }

    /// <summary>Guests are being killed: whoever wanted the service to end asked once more.</summary>
    public bool Killing { get; init; }

    /// <summary>Machines that were to end may still be left to the next service instead.</summary>
    public bool MayStillLeave => Draining is DrainMode.Finish or DrainMode.PowerDown && !Killing;

    /// <summary>The service has ended.</summary>
    public bool Over { get; init; }

    /// <summary>The next run's number.</summary>
    public int NextToken { get; init; } = 1;

    /// <summary>The next place in the queue.</summary>
    public long NextTicket { get; init; } = 1;

    /// <summary>How things stand, in a line for a person.</summary>
    public string Summary
    {
        get
        {
            var (running, starting) = (Runs.Count(run => run.Started), Runs.Count(run => !run.Started));
            var waiting = Instances.Values.Count(instance => instance.WantsToStart);
            var backingOff = Instances.Values.Count(instance => instance.BackingOff);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{(Draining is null ? "" : "draining: ")}{running} running, {starting} starting, {waiting} waiting, {backingOff} backing off");
        }
    }

    /// <summary>All runs.</summary>
    public IEnumerable<LiveRun> Runs => Instances.Values.SelectMany(instance => instance.Runs);

    /// <summary>What all runs together ask of the host.</summary>
    public Demand Committed => Runs.Aggregate(default(Demand), (sum, run) => sum + run.Demand);
}

/// <summary>The numbers the policy goes by.</summary>
internal sealed record SupervisorLimits
{
    /// <summary>What all machines together may ask.</summary>
    public required Capacity Capacity { get; init; }

    /// <summary>A run that ends sooner after its guest's start counts as failed.</summary>
    public required TimeSpan TooSoon { get; init; }

    /// <summary>How many runs may be between nothing and the guest's first instruction at a time: more only hinder each other.</summary>
    public required int MostStarting { get; init; }
}

/// <summary>What is known of one instance.</summary>
internal sealed record SupervisedInstance
{
    /// <summary>How it is to be kept running; null: it is not any more, and its last run ends.</summary>
    public DesiredInstance? Desired { get; init; }

    /// <summary>Its runs: none or one, and more only where several were adopted.</summary>
    public ImmutableList<LiveRun> Runs { get; init; } = [];

    /// <summary>How many runs in a row went wrong.</summary>
    public int Failures { get; init; }

    /// <summary>It waits for the end of its backoff.</summary>
    public bool BackingOff { get; init; }

    /// <summary>How many runs in a row could not have what they needed, GitHub's rate limit being used up; if any, that is what its backoff waits for.</summary>
    public int Holds { get; init; }

    /// <summary>Which backoff; the end of an earlier one means nothing.</summary>
    public int BackoffRound { get; init; }

    /// <summary>Its place in the queue; null while it does not want to start.</summary>
    public long? Ticket { get; init; }

    /// <summary>Why it waits, which was told when it began to; null while it does not.</summary>
    public WaitReason? Waits { get; init; }

    /// <summary>It would start if it was let.</summary>
    public bool WantsToStart => Desired is not null && Runs.IsEmpty && !BackingOff;
}

/// <summary>An instance as it is to be kept running.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Differs when its description or base image does.</param>
/// <param name="Demand">What it asks of the host.</param>
/// <param name="SshPort">The port on the host that it asks for; null where it has none, or any does.</param>
internal sealed record DesiredInstance(string Name, string Version, Demand Demand, int? SshPort = null);

/// <summary>A run that has not ended.</summary>
/// <param name="Token">Its number among the runs of this service.</param>
/// <param name="Version">The version of the instance it is a copy of.</param>
/// <param name="Demand">What it asks of the host.</param>
/// <param name="SshPort">Its port on the host, as far as it is known.</param>
internal sealed record LiveRun(int Token, string Version, Demand Demand, int? SshPort = null)
{
    /// <summary>The guest has run its first instruction.</summary>
    public bool Started { get; init; }

    /// <summary>The guest has opened its tray: it knows its job.</summary>
    public bool TrayOpened { get; init; }

    /// <summary>Whether it works, as its guest said last; null where it has said nothing of that.</summary>
    public bool? SaysBusy { get; init; }

    /// <summary>
    /// It is not simply to be stopped. A guest that knows its job and says that it waits may be given work at any moment, before anybody hears of that.
    /// </summary>
    public bool Busy => TrayOpened || SaysBusy == true;

    /// <summary>It is to get no job any more, and ends as soon as it has none.</summary>
    public bool Retiring { get; init; }

    /// <summary>It was asked to end, or is being left.</summary>
    public bool Ending { get; init; }
}

/// <summary>Why an instance that wants to start does not.</summary>
internal enum WaitReason
{
    /// <summary>It asks more than the host would have if nothing else ran.</summary>
    TooLarge,

    /// <summary>The running machines have taken what it asks.</summary>
    HostFull,

    /// <summary>Another one waits longer, and would wait for ever if it was passed.</summary>
    Queue,

    /// <summary>Another instance's machine still has its ssh-port.</summary>
    PortTaken,
}

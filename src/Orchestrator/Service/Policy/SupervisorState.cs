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

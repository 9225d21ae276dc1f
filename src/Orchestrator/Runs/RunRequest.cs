using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Preprocessing;
using Orchestrator.State;

namespace Orchestrator.Runs;

/// <summary>One ephemeral life to be lived: the machine wanted, its limits, and what to put on its config drive.</summary>
internal sealed record RunRequest
{
    /// <summary>The machine.</summary>
    public required MachineDescription Machine { get; init; }

    /// <summary>How guest code is to be run.</summary>
    public required AcceleratorPreference Accelerator { get; init; }

    /// <summary>The port of the host that is to lead to the guest's SSH; null: any free one. Without meaning where there is no network.</summary>
    public int? SshPort { get; init; }

    /// <summary>Tells this description of the machine from others of the same instance; null where nobody will ask.</summary>
    public string? Version { get; init; }

    /// <summary>How long the guest may run, from its first instruction.</summary>
    public required TimeSpan TimeLimit { get; init; }

    /// <summary>The limit counts from the start of the guest's first job, as soon as the guest says that it waits for one.</summary>
    public bool TimeLimitFromJob { get; init; }

    /// <summary>How long the guest may wait for a job, by its own word; null: as long as its time lasts.</summary>
    public TimeSpan? IdleLimit { get; init; }

    /// <summary>How long the medium may be in the guest's drive; null: for ever.</summary>
    public TimeSpan? ConfigLimit { get; init; }

    /// <summary>How long the guest may take to power down when asked.</summary>
    public required TimeSpan ShutdownGrace { get; init; }

    /// <summary>Makes the config drive's content, with its secrets; called last, when the machine is prepared.</summary>
    public required IConfigMedium ConfigMedium { get; init; }

    /// <summary>Where the guest's console is copied to; null for nowhere.</summary>
    public Stream? ConsoleOutput { get; init; }

    /// <summary>What kind of process lives it, which decides what becomes of the machine when the process dies.</summary>
    public RunOwnerKind Owner { get; init; } = RunOwnerKind.Foreground;

    /// <summary>Leave the run's files (but never its secrets) behind.</summary>
    public bool Keep { get; init; }

    /// <summary>A run of an instance as it is described; whoever wants something else says so with <c>with</c>.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="settings">The host's settings.</param>
    /// <param name="plan">How its config becomes what the guest is told.</param>
    public static RunRequest Of(Instance instance, HostSettings settings, PreprocessingPlan plan) => new()
    {
        Machine = instance.Machine,
        Accelerator = settings.Accelerator,
        SshPort = instance.SshPort,
        TimeLimit = instance.Timeout,
        TimeLimitFromJob = instance.TimeoutFromJob,
        IdleLimit = instance.IdleTimeout,
        ConfigLimit = instance.ConfigTimeout,
        ShutdownGrace = settings.ShutdownGrace,
        ConfigMedium = new InstanceConfigMedium(instance.Name, plan),
    };
}

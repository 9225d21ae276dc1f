using Orchestrator.Linux.Processes;

namespace Orchestrator.State;

/// <summary>
/// The process that answers for a run. Whether somebody does is told by the lock alone; this is for people, and for a signal that must not reach
/// another process which was given the same pid.
/// </summary>
/// <param name="Kind">What kind of process it is.</param>
/// <param name="Pid">Its pid.</param>
/// <param name="StartTicks">When it started, in clock ticks since boot (proc(5), <c>/proc/PID/stat</c> field 22).</param>
/// <param name="BootId">The boot it started in.</param>
internal sealed record RunOwner(RunOwnerKind Kind, int Pid, long StartTicks, string BootId)
{
    private static readonly Lazy<ProcessIdentity> Self = new(() =>
        ProcessTable.Identify(Environment.ProcessId)
        ?? new ProcessIdentity(Environment.ProcessId, 0, string.Empty)); // no /proc: nobody can be sure of us, so nobody signals us

    /// <summary>What distinguishes the process from every other that ever had its pid.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public ProcessIdentity Process => new(Pid, StartTicks, BootId);

    /// <summary>The host has not booted since.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsOfThisBoot => BootId == Self.Value.BootId;

    /// <summary>This very process.</summary>
    public static RunOwner ThisProcess(RunOwnerKind kind) => new(kind, Self.Value.Pid, Self.Value.StartTicks, Self.Value.BootId);
}

/// <summary>What kind of process answers for a run, which decides what becomes of its machine when that process dies.</summary>
internal enum RunOwnerKind
{
    /// <summary><c>orchestrator run</c>, detached or not, which alone keeps the machine's time limit: without it the machine is ended.</summary>
    Foreground,

    /// <summary><c>orchestrator up</c>: the machine goes on with its job until the next one adopts it.</summary>
    Service,
}

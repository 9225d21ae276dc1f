using Orchestrator.Drivers;

namespace Orchestrator.Service.Policy;

/// <summary>
/// Lets instances start as far as the host bears it, first come, first served: a large one that has to wait is not passed by small ones, or it
/// would wait for ever. One that could not run on an empty host keeps nobody waiting.
/// </summary>
internal static class Admission
{
    /// <summary>Starts what may start, and tells the others once why they wait.</summary>
    public static SupervisorState Start(SupervisorState state, List<SupervisorAction> actions)
    {
        var committed = state.Committed;
        var starting = state.Runs.Count(run => !run.Started);
        var blocked = false;
        var waiting = state.Instances
            .Where(entry => entry.Value.WantsToStart)
            .OrderBy(entry => entry.Value.Ticket)
            .ToList();
        foreach (var (name, instance) in waiting)
        {
            var demand = instance.Desired!.Demand;
            var reason = !state.Limits.Capacity.Allows(demand) ? WaitReason.TooLarge
                : IsTaken(state, instance.Desired.SshPort) ? WaitReason.PortTaken
                : blocked ? WaitReason.Queue
                : !state.Limits.Capacity.Allows(committed + demand) ? WaitReason.HostFull
                : (WaitReason?)null;
            if (reason is { } why)
            {
                blocked |= why == WaitReason.HostFull;
                state = TellOnce(state, name, why, committed, actions);
                continue;
            }

            if (starting >= state.Limits.MostStarting)
            {
                break; // a matter of moments, and nothing to tell anybody
            }

            var run = new LiveRun(state.NextToken, instance.Desired.Version, demand, instance.Desired.SshPort);
            actions.Add(new SupervisorAction.Start(name, run.Token));
            committed += demand;
            starting++;
            state = state with
            {
                Instances = state.Instances.SetItem(name, instance with { Runs = [run], Ticket = null, Waits = null }),
                NextToken = state.NextToken + 1,
            };
        }

        return state;
    }

    private static bool IsTaken(SupervisorState state, int? port) => port is not null && state.Runs.Any(run => run.SshPort == port);

    private static SupervisorState TellOnce(
        SupervisorState state, string name, WaitReason why, Demand committed, List<SupervisorAction> actions)
    {
        var instance = state.Instances[name];
        if (instance.Waits is null)
        {
            actions.Add(new SupervisorAction.TellWaiting(name, why, instance.Desired!.Demand, committed));
        }

        return state with { Instances = state.Instances.SetItem(name, instance with { Waits = why }) };
    }
}

/// <summary>What all machines together may ask of the host, overcommitment included.</summary>
/// <param name="MemoryBytes">Memory.</param>
/// <param name="DiskBytes">Disk.</param>
internal sealed record Capacity(long MemoryBytes, long DiskBytes)
{
    /// <summary>Whether a demand can be met.</summary>
    public bool Allows(Demand demand) => demand.MemoryBytes <= MemoryBytes && demand.DiskBytes <= DiskBytes;
}

/// <summary>What a machine asks of the host.</summary>
/// <param name="MemoryBytes">Its <c>ram</c>, and what it takes besides.</param>
/// <param name="DiskBytes">Its <c>root-disk</c>, the most that its overlay may grow to.</param>
internal readonly record struct Demand(long MemoryBytes, long DiskBytes)
{
    // QEMU itself and what its network takes; measured at 38 MiB of QEMU on x86_64.
    private const long Program = 64 << 20;

    // Eight bytes for each 4 KiB, once in QEMU's page tables and once in the guest's second level.
    private const int BytesPerByteOfPageTables = 256;

    /// <summary>What a machine asks.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="emulated">Its processor is.</param>
    public static Demand Of(MachineDescription machine, bool emulated) => new(
        machine.MemoryBytes + (machine.MemoryBytes / BytesPerByteOfPageTables) + Program + (emulated ? VmSpec.TranslatedCodeBytes : 0), machine.RootDiskBytes);

    /// <summary>Both together.</summary>
    public static Demand operator +(Demand one, Demand other) =>
        new(one.MemoryBytes + other.MemoryBytes, one.DiskBytes + other.DiskBytes);
}

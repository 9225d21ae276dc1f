using Orchestrator.Drivers;

namespace Orchestrator.Service.Policy;

/// <summary>What a machine asks of the host.</summary>
/// <param name="MemoryBytes">Its <c>ram</c>.</param>
/// <param name="DiskBytes">Its <c>root-disk</c>, the most that its overlay may grow to.</param>
internal readonly record struct Demand(long MemoryBytes, long DiskBytes)
{
    /// <summary>What a machine asks.</summary>
    public static Demand Of(MachineDescription machine) => new(machine.MemoryBytes, machine.RootDiskBytes);

    /// <summary>Both together.</summary>
    public static Demand operator +(Demand one, Demand other) =>
        new(one.MemoryBytes + other.MemoryBytes, one.DiskBytes + other.DiskBytes);
}

using Orchestrator.Drivers;

namespace Orchestrator.Tests;

/// <summary>A machine for tests to which it does not matter what it is.</summary>
internal static class SampleMachine
{
    public static MachineDescription Description { get; } = new()
    {
        Name = "vm-1",
        Architecture = GuestArchitecture.X64,
        Processors = 1,
        MemoryBytes = 128 << 20,
        RootDiskBytes = 1 << 30,
        BaseImagePath = "/images/base.qcow2",
        Network = NetworkMode.Open,
    };
}

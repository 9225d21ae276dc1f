using Orchestrator.Composition;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Examination;
using Orchestrator.Service.Policy;
using Orchestrator.State;

namespace Orchestrator.Tests.Examination;

/// <summary>What machines together may have, and what each takes.</summary>
public sealed class HostMemoryTests : IDisposable
{
    private const long Mebibyte = 1L << 20;

    private readonly string _root = Directory.CreateTempSubdirectory("orchestrator-test-").FullName + "/";

    private static HostSettings Settings => new(CompositionRoot.Drivers);

    public HostMemoryTests() => Write("proc/meminfo", "MemTotal:        8388608 kB\nMemAvailable:    4194304 kB\n");

    [Fact]
    public void Machines_share_what_the_nearest_of_the_control_groups_above_them_allows()
    {
        Write("proc/self/cgroup", "0::/system.slice/orchestrator.service\n");
        Write("sys/fs/cgroup/system.slice/orchestrator.service/memory.max", "max\n");
        Assert.Equal(8192 * Mebibyte, new HostMemory(_root).TotalFor(Settings));

        Write("sys/fs/cgroup/system.slice/memory.max", $"{3072 * Mebibyte}\n");
        Assert.Equal(3072 * Mebibyte, new HostMemory(_root).TotalFor(Settings));

        Write("sys/fs/cgroup/system.slice/orchestrator.service/memory.max", $"{2048 * Mebibyte}\n");
        Assert.Equal(2048 * Mebibyte, new HostMemory(_root).TotalFor(Settings));
    }

    [Fact]
    public void A_limit_of_the_old_control_groups_counts_too()
    {
        Write("proc/self/cgroup", "4:cpu,memory:/jobs\n1:cpu:/\n0::/\n");
        Write("sys/fs/cgroup/memory/jobs/memory.limit_in_bytes", "9223372036854771712\n");
        Write("sys/fs/cgroup/memory/memory.limit_in_bytes", $"{1024 * Mebibyte}\n");

        Assert.Equal(1024 * Mebibyte, new HostMemory(_root).TotalFor(Settings));
    }

    [Fact]
    public void Libvirts_machines_are_in_groups_of_its_own()
    {
        Write("proc/self/cgroup", "0::/\n");
        Write("sys/fs/cgroup/memory.max", $"{64 * Mebibyte}\n");

        Assert.Equal(8192 * Mebibyte, new HostMemory(_root).TotalFor(Settings with { Driver = "libvirt" }));
    }

    [Fact]
    public void A_machine_takes_more_than_its_guest_sees_and_most_where_its_processor_is_emulated()
    {
        var machine = SampleMachine.Description with { MemoryBytes = 4096 * Mebibyte };

        Assert.Equal((4096 + 16 + 64) * Mebibyte, Demand.Of(machine, emulated: false).MemoryBytes);
        Assert.Equal((4096 + 16 + 64 + 256) * Mebibyte, Demand.Of(machine, emulated: true).MemoryBytes);
        Assert.True(Emulation.IsExpected(machine, AcceleratorPreference.Tcg));
        Assert.False(Emulation.IsExpected(machine, AcceleratorPreference.Kvm));
    }

    [Fact]
    public void Overlays_may_together_grow_to_the_size_of_the_file_system_unless_a_setting_says_otherwise()
    {
        var state = StateDirectory.Open(Path.Combine(_root, "state"));
        var size = new DriveInfo(state.Root).TotalSize;

        Assert.Equal(size, ServiceComposition.LimitsOf(Settings, state).Capacity.DiskBytes);
        Assert.Equal(2 * size, ServiceComposition.LimitsOf(Settings with { Up = Settings.Up with { DiskOvercommit = 2 } }, state).Capacity.DiskBytes);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private void Write(string file, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root + file)!);
        File.WriteAllText(_root + file, content);
    }
}

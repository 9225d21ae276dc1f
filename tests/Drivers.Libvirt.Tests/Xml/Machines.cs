using Orchestrator.Drivers.Libvirt.Xml;

namespace Orchestrator.Drivers.Libvirt.Tests.Xml;

/// <summary>Machines to describe.</summary>
internal static class Machines
{
    public static VmSpec Spec { get; } = new()
    {
        Id = VmId.TryParse("20260102-030405-abcde", out var id) ? id : default,
        Owner = new OwnerId("owner"),
        RunDirectory = "/state/runs/20260102-030405-abcde",
        Machine = new MachineDescription
        {
            Name = "vm-1",
            Architecture = GuestArchitecture.X64,
            Processors = 4,
            MemoryBytes = 4L << 30,
            BaseImagePath = "/images/base.qcow2",
            RootDiskBytes = 80L << 30,
            Network = NetworkMode.Open,
        },
        Accelerator = AcceleratorPreference.Auto,
        SshPort = 2201,
        Deadline = new DateTimeOffset(2026, 1, 2, 6, 4, 5, TimeSpan.FromHours(2)),
    };

    public static DomainModel Model { get; } = For(Spec);

    public static DomainModel For(VmSpec spec) => new()
    {
        Spec = spec,
        Kvm = true,
        OverlayPath = Path.Combine(spec.RunDirectory, RunFiles.Overlay),
        ConsoleLogPath = Path.Combine(spec.RunDirectory, RunFiles.ConsoleLog),
        FirmwareVariablesPath = Path.Combine(spec.RunDirectory, "nvram.fd"),
        GuestPortPath = Path.Combine(spec.RunDirectory, "guest"),
        BaseImagePath = spec.Machine.BaseImagePath,
        BackingChain = [(spec.Machine.BaseImagePath, "qcow2")],
    };
}

using Orchestrator.Drivers.Host.Acceleration;
using Orchestrator.Drivers.Host.Processes;

namespace Orchestrator.Drivers.Qemu.Preparation;

/// <summary>What the host contributes to a machine: programs found, questions answered.</summary>
/// <param name="Qemu">Absolute path of the QEMU for the guest's architecture.</param>
/// <param name="Firmware">Absolute path of the guest's firmware, or null where QEMU brings its own.</param>
/// <param name="Users">Whom QEMU runs as, or null for ourselves.</param>
/// <param name="Choice">What runs guest code.</param>
/// <param name="IoUring">Disk I/O can go by io_uring.</param>
internal sealed record LaunchPlan(string Qemu, string? Firmware, MachineUsers? Users, AcceleratorChoice Choice, bool IoUring);

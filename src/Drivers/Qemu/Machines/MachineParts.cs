using Orchestrator.Drivers.Qemu.Qmp;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Qemu.Machines;

/// <summary>What a <see cref="QemuVirtualMachine"/> is made of.</summary>
internal sealed record MachineParts
{
    /// <summary>The run.</summary>
    public required VmId Id { get; init; }

    /// <summary>The files in its directory.</summary>
    public required MachineFiles Files { get; init; }

    /// <summary>QEMU.</summary>
    public required IObservedProcess Process { get; init; }

    /// <summary>A connection to its monitor.</summary>
    public required QmpClient Client { get; init; }

    /// <summary>Makes another one.</summary>
    public required Func<CancellationToken, Task<QmpClient>> Connect { get; init; }

    /// <summary>Where what is said on it is written down.</summary>
    public required QmpTranscript Transcript { get; init; }

    /// <summary>The note of the process, as it is on disk.</summary>
    public required ProcessNote Note { get; init; }

    /// <summary>The config drive's medium, yet to be filled; null where another process made the machine.</summary>
    public required MemoryMedium? Medium { get; init; }

    /// <summary>The drives' state, for a machine that was found running; null for one that has not been started.</summary>
    public required BlockState? Found { get; init; }
}

using Orchestrator.Drivers.Host.Acceleration;

namespace Orchestrator.Drivers.Qemu.Arguments;

/// <summary>What the arguments depend on besides the machine's description. File descriptors are QEMU's as well as ours.</summary>
internal sealed record HostFacts
{
    /// <summary>What runs guest code.</summary>
    public required Accelerator Accelerator { get; init; }

    /// <summary>How QEMU reads and writes files: <c>io_uring</c> or <c>threads</c>.</summary>
    public required string AsynchronousIo { get; init; }

    /// <summary>Absolute path of the UEFI firmware; null for a machine whose firmware QEMU brings along.</summary>
    public required string? Firmware { get; init; }

    /// <summary>A socket that listens for QMP connections.</summary>
    public required int QmpListener { get; init; }

    /// <summary>A socket that listens for console connections.</summary>
    public required int ConsoleListener { get; init; }

    /// <summary>The console log, open for appending.</summary>
    public required int ConsoleLog { get; init; }

    /// <summary>The FIFO by which the guest says something of itself, open for writing.</summary>
    public required int GuestPort { get; init; }

    /// <summary>The overlay, open for reading and writing.</summary>
    public required int Overlay { get; init; }

    /// <summary>The config drive's medium, open for reading.</summary>
    public required int ConfigMedia { get; init; }

    /// <summary>QEMU's end of the wire to a network of the machine's own; null where it has none such.</summary>
    public int? Wire { get; init; }

    /// <summary>The directories that the guest may read, open for reading, as the machine's description has them in order.</summary>
    public IReadOnlyList<int> Mounts { get; init; } = [];

    /// <summary>The base image and what it is backed by, open for reading.</summary>
    public required IReadOnlyList<int> BackingChain { get; init; }
}

using Orchestrator.Drivers.Libvirt.Connections;

namespace Orchestrator.Drivers.Libvirt.Machines;

/// <summary>What a machine consists of when somebody takes it over.</summary>
internal sealed record MachineParts
{
    /// <summary>The run.</summary>
    public required VmId Id { get; init; }

    /// <summary>Its files.</summary>
    public required MachineFiles Files { get; init; }

    /// <summary>Commands it.</summary>
    public required Daemon Daemon { get; init; }

    /// <summary>Has QEMU's own words.</summary>
    public required QemuLog Log { get; init; }

    /// <summary>What is known of it.</summary>
    public required DomainNote Note { get; init; }

    /// <summary>Whether the domain exists; one that is about to be created does not.</summary>
    public required bool Exists { get; init; }
}

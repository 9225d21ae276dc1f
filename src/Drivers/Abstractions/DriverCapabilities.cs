namespace Orchestrator.Drivers;

/// <summary>What a driver can do, as far as users or the conformance suite can notice. Static facts.</summary>
public sealed record DriverCapabilities
{
    /// <summary>The guest architectures the driver knows how to describe.</summary>
    public required IReadOnlyList<GuestArchitecture> Architectures { get; init; }

    /// <summary>The networks the driver can give a guest.</summary>
    public required IReadOnlyList<NetworkMode> Networks { get; init; }

    /// <summary>A guest's panic is reported as <see cref="VmEvent.GuestPanicked"/>.</summary>
    public required bool ReportsPanic { get; init; }

    /// <summary>A full host disk is reported as <see cref="VmEvent.StorageFull"/>.</summary>
    public required bool ReportsStorageFull { get; init; }

    /// <summary>A guest can be given directories of the host to read (<see cref="MachineDescription.Mounts"/>).</summary>
    public bool SharesDirectories { get; init; }

    /// <summary>Machines run on when the orchestrator dies, and can be attached to by another process.</summary>
    public required bool MachinesOutliveOrchestrator { get; init; }

    /// <summary>The processes of machines are this one's children, so that the limits of its control group are theirs.</summary>
    public bool MachinesAreChildren { get; init; }
}

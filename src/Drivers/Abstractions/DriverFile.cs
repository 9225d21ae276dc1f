namespace Orchestrator.Drivers;

/// <summary>A file that a driver makes in a run directory. It holds no secret.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Role">What is to become of it.</param>
public sealed record DriverFile(string Name, DriverFileRole Role);

/// <summary>What a <see cref="DriverFile"/> is for, and so what is to become of it when its run is over.</summary>
public enum DriverFileRole
{
    /// <summary>Tells a run for the driver's own: the first file that it makes there and the last that it removes. One at most; never kept.</summary>
    Note,

    /// <summary>Helps to find out why a run failed: kept then.</summary>
    Evidence,

    /// <summary>Part of the machine: kept where the user asks for everything.</summary>
    Disk,

    /// <summary>Of use to a living machine only, such as sockets and locks: never kept.</summary>
    Runtime,
}

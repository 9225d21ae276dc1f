namespace Orchestrator.Drivers;

/// <summary>What the program knows of a driver without making it, which may take a library that is missing.</summary>
/// <param name="Name">Its name.</param>
internal sealed record DriverRegistration(string Name)
{
    /// <summary>The file in a run's directory that tells the run for its own: the first thing it makes there and the last it removes. Null: it has none.</summary>
    public string? Note { get; init; }

    /// <summary>Where its hypervisor's log of an instance's machine is, should the hypervisor keep it itself; null: it is among the run's files.</summary>
    public Func<string, string>? HypervisorLogOf { get; init; }

    /// <summary>Reads that log, as far as it is of the run of a directory; gives null where it may not be read. Null: as above.</summary>
    public Func<string, byte[]?>? ReadHypervisorLog { get; init; }
}

namespace Orchestrator.Drivers;

/// <summary>
/// What the program knows of a driver without making it, which may take a library that is missing. Each driver's assembly has one, and one list names them
/// all: configuration, command line, history and documents take what they say of drivers from here.
/// </summary>
public sealed record DriverRegistration
{
    /// <summary>The name that users select the driver by, and the section of its settings: <c>qemu</c>, <c>libvirt</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What a machine of it is, for the command line's help: a few words.</summary>
    public required string Summary { get; init; }

    /// <summary>What it can and cannot do.</summary>
    public required DriverCapabilities Capabilities { get; init; }

    /// <summary>Its settings.</summary>
    public IReadOnlyList<DriverSetting> Settings { get; init; } = [];

    /// <summary>The files of its own in a run directory, beside those in <see cref="RunFiles"/>.</summary>
    public IReadOnlyList<DriverFile> Files { get; init; } = [];

    /// <summary>The template that it describes machines by, which users may replace; null: it has none.</summary>
    public DriverTemplate? Template { get; init; }

    /// <summary>Where its hypervisor's log of an instance's machine is, should the hypervisor keep it itself; null: it is among the run's files.</summary>
    public Func<string, string>? HypervisorLogOf { get; init; }

    /// <summary>Reads that log, as far as it is of the run of a directory; gives null where it may not be read. Null: as above.</summary>
    public Func<DriverContext, string, byte[]?>? ReadHypervisorLog { get; init; }

    /// <summary>Makes the driver. Nothing is looked at yet, so that a broken host is no failure here.</summary>
    public required Func<DriverContext, IHypervisorDriver> Create { get; init; }
}

/// <summary>A template that comes with a driver, to make another from.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="Read">Gives its text.</param>
public sealed record DriverTemplate(string Name, Func<string> Read);

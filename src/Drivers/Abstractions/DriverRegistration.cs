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

/// <summary>A setting of a driver.</summary>
/// <param name="Name">Its name in the driver's section: <c>run-as</c>.</param>
/// <param name="Kind">What its value is.</param>
/// <param name="Expectation">The same for people, completing "must be …": <c>a user's name</c>.</param>
/// <param name="Description">What it means: a sentence without its full stop.</param>
/// <param name="Default">Its value where nobody says; null: none.</param>
/// <param name="IsProtected">
/// It names a program, a user or a daemon, or what can name them: never taken from a file that merely lies beside the instances.
/// </param>
public sealed record DriverSetting(
    string Name, DriverSettingKind Kind, string Expectation, string Description, string? Default = null, bool IsProtected = false);

/// <summary>What a <see cref="DriverSetting"/>'s value is.</summary>
public enum DriverSettingKind
{
    /// <summary>Text that is not empty.</summary>
    Text,

    /// <summary>The path of a file, made absolute.</summary>
    Path,

    /// <summary>A program's name, to be looked for in <c>PATH</c>, or its path, made absolute.</summary>
    Program,
}

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

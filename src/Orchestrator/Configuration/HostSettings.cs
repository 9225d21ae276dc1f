using Orchestrator.Drivers;

namespace Orchestrator.Configuration;

/// <summary>Settings of the host, as opposed to those of an instance. Read by <see cref="Load"/>; documented in docs/configuration.md.</summary>
public sealed record HostSettings
{
    /// <summary>The name of the files with settings.</summary>
    public const string FileName = "orchestrator.json";

    /// <summary>The driver of instances that do not name one: <c>qemu</c> or <c>libvirt</c>.</summary>
    public required string Driver { get; init; }

    /// <summary>The driver that was named on the command line, for every instance; null where none was.</summary>
    public string? NamedDriver { get; init; }

    /// <summary>How guest code is to be run.</summary>
    public required AcceleratorPreference Accelerator { get; init; }

    /// <summary>The network of instances that do not name one.</summary>
    public required NetworkMode Network { get; init; }

    /// <summary>Where runs live; absolute.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>How long a guest may take to shut down before it is killed.</summary>
    public required TimeSpan ShutdownGrace { get; init; }

    /// <summary>How much is kept of past runs.</summary>
    public required HistorySettings History { get; init; }

    /// <summary>Settings of the service.</summary>
    public UpSettings Up { get; init; } = new();

    /// <summary>Settings of the qemu driver.</summary>
    public required QemuSettings Qemu { get; init; }

    /// <summary>Settings of the libvirt driver.</summary>
    public required LibvirtSettings Libvirt { get; init; }

    /// <summary>How GitHub is reached.</summary>
    public required GitHubSettings GitHub { get; init; }

    /// <summary>What works but is probably not meant, a line each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Every setting's name, as flags are to be passed in <see cref="HostSettingsSources.Flags"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. SettingKeys.All.Select(key => key.Name)];

    /// <summary>The name of an instance's driver: the command line's before its own before the host's.</summary>
    public string DriverOf(Instance instance) => NamedDriver ?? instance.Driver ?? Driver;

    /// <summary>
    /// Reads the settings: flags go before the environment, that before <c>orchestrator.json</c> beside the instances, that before the one of
    /// the system. Files that do not exist are no error.
    /// </summary>
    /// <exception cref="ConfigurationException">Something is wrong; the message has a line for each problem of each source.</exception>
    public static HostSettings Load(HostSettingsSources sources) => new HostSettingsReader(sources).Read();
}

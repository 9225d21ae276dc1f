using Orchestrator.Drivers;

namespace Orchestrator.Configuration;

/// <summary>Settings of the host, as opposed to those of an instance. Read by <see cref="Load"/>; documented in docs/configuration.md.</summary>
public sealed record HostSettings
{
    /// <summary>The name of the files with settings.</summary>
    public const string FileName = "orchestrator.json";

    /// <summary>What holds where no source says anything.</summary>
    /// <param name="drivers">The drivers there are; the first is the default.</param>
    public HostSettings(IReadOnlyList<DriverRegistration> drivers)
    {
        Drivers = drivers;
        Driver = drivers[0].Name;
        DriverSettings = (from driver in drivers
                          from setting in driver.Settings
                          where setting.Default is not null
                          select (Name: NameOf(driver, setting), setting.Default)).ToDictionary(setting => setting.Name, setting => setting.Default);
    }

    /// <summary>The drivers there are.</summary>
    public IReadOnlyList<DriverRegistration> Drivers { get; }

    /// <summary>The driver of instances that do not name one.</summary>
    public string Driver { get; init; }

    /// <summary>The driver that was named on the command line, for every instance; null where none was.</summary>
    public string? NamedDriver { get; init; }

    /// <summary>What the drivers' settings say that were set or have a default, by their whole names: <c>libvirt.uri</c>.</summary>
    public IReadOnlyDictionary<string, string> DriverSettings { get; init; }

    /// <summary>How guest code is to be run.</summary>
    public AcceleratorPreference Accelerator { get; init; } = AcceleratorPreference.Auto;

    /// <summary>The network of instances that do not name one.</summary>
    public NetworkMode Network { get; init; } = NetworkMode.Internet;

    /// <summary>What guests of <see cref="NetworkMode.Internet"/> may reach beside public addresses, whatever their instances say.</summary>
    public IReadOnlyList<AllowedDestination> Allow { get; init; } = [];

    /// <summary>Where runs live; absolute.</summary>
    public string StateDirectory { get; init; } = "";

    /// <summary>How long a guest may take to shut down before it is killed.</summary>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How much is kept of past runs.</summary>
    public HistorySettings History { get; init; } = new();

    /// <summary>How much may be kept of images that were fetched, in bytes; also how much one may be.</summary>
    public long MaxImageBytes { get; init; } = 64L << 30;

    /// <summary>Settings of the service.</summary>
    public UpSettings Up { get; init; } = new();

    /// <summary>How GitHub is reached.</summary>
    public GitHubSettings GitHub { get; init; } = new();

    /// <summary>The files that were read for them; absolute.</summary>
    internal IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>What works but is probably not meant, a line each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>
    /// Reads the settings: flags go before the environment, that before the file that was named or else <c>orchestrator.json</c> beside the instances,
    /// that before the one of the system. Files that nobody named and that do not exist are no error.
    /// </summary>
    /// <exception cref="ConfigurationException">Something is wrong; the message has a line for each problem of each source.</exception>
    public static HostSettings Load(HostSettingsSources sources, IReadOnlyList<DriverRegistration> drivers) => new HostSettingsReader(sources, drivers).Read();

    /// <summary>Refuses an instance that its driver cannot make a machine of, whatever the host, and one that would show guests what none is to see.</summary>
    /// <exception cref="ConfigurationException">It cannot.</exception>
    public void RequireSupport(Instance instance)
    {
        var driver = Drivers.First(driver => driver.Name == instance.Driver);
        Require("arch", instance.Machine.Architecture, driver.Capabilities.Architectures, InstanceKeys.ArchitectureWords);
        Require("network", instance.Machine.Network, driver.Capabilities.Networks, InstanceKeys.NetworkWords);

        if (instance.Machine.Mounts.Count > 0 && !driver.Capabilities.SharesDirectories)
        {
            throw Refuse($"the driver {driver.Name} has no mounts: remove \"mounts\", or name another driver");
        }

        for (var index = 0; index < instance.Machine.Mounts.Count; index++)
        {
            if (MountPlaces.FindFault(instance.Machine.Mounts[index].Source, this, instance.Location.File) is { } fault)
            {
                throw Refuse($"{JsonText.ItemPath(InstanceKeys.Mounts, index)}: {fault}");
            }
        }

        ConfigurationException Refuse(string why) => new($"{instance.Location}: instance {JsonText.Quote(instance.Name)}: {why}");

        void Require<T>(string key, T wanted, IReadOnlyList<T> supported, WordKind<T> words)
        {
            if (!supported.Contains(wanted))
            {
                throw Refuse(
                    $"the driver {driver.Name} has no {key} "
                    + $"{JsonText.Quote(words.WordOf(wanted))}, but {string.Join(", ", supported.Select(one => JsonText.Quote(words.WordOf(one))))}: "
                    + $"change {JsonText.Quote(key)}, or name another driver");
            }
        }
    }

    /// <summary>A driver's settings, by their names in its section.</summary>
    public IReadOnlyDictionary<string, string> SettingsOf(DriverRegistration driver) => driver.Settings
        .Where(setting => DriverSettings.ContainsKey(NameOf(driver, setting)))
        .ToDictionary(setting => setting.Name, setting => DriverSettings[NameOf(driver, setting)]);

    /// <summary>The whole name of a driver's setting.</summary>
    internal static string NameOf(DriverRegistration driver, DriverSetting setting) => $"{driver.Name}.{setting.Name}";
}

using Orchestrator.Drivers;
using Key = Orchestrator.Configuration.ConfigurationKey<Orchestrator.Configuration.SettingsDraft>;

namespace Orchestrator.Configuration;

/// <summary>The one table of host settings: their reader and the documents' test go by it.</summary>
internal static class SettingKeys
{
    /// <summary>The prefix of our environment variables.</summary>
    public const string VariablePrefix = "ORCHESTRATOR_";

    /// <summary>All settings, those of a section together.</summary>
    /// <param name="drivers">The drivers there are; the first is the default.</param>
    public static IReadOnlyList<Key> For(IReadOnlyList<DriverRegistration> drivers) =>
    [
        Setting(
            "driver",
            InstanceKeys.DriverWords(drivers),
            (settings, name) => settings with { Driver = name },
            "The driver of instances that name none",
            drivers[0].Name),
        Setting(
            "accelerator",
            new WordKind<AcceleratorPreference>(
                ("auto", AcceleratorPreference.Auto),
                ("kvm", AcceleratorPreference.Kvm),
                ("tcg", AcceleratorPreference.Tcg)),
            (settings, accelerator) => settings with { Accelerator = accelerator },
            "How guest code is run; auto: by KVM where it is seen to run guest code",
            "auto"),
        Setting(
            "network",
            InstanceKeys.NetworkWords,
            (settings, network) => settings with { Network = network },
            "The network of instances that name none",
            "internet"),
        Setting(
            "allow",
            DestinationKind.List,
            (settings, destinations) => settings with { Allow = destinations },
            "What guests of the network internet may reach beside public addresses; see the instances' key"),
        // What lies there is believed: whom to end, and what to give back at GitHub.
        Path("state-directory", (draft, path) => draft.Settings = draft.Settings with { StateDirectory = path }, "Where runs live; absent: see below"),
        Setting(
            "shutdown-grace-seconds",
            new WholeNumberKind(0, 24 * 60 * 60, " of seconds"),
            (settings, seconds) => settings with { ShutdownGrace = TimeSpan.FromSeconds(seconds) },
            "How long a guest may take to shut down before it is killed",
            "60"),
        Setting(
            "history.max-runs",
            new WholeNumberKind(0, 1_000_000),
            (settings, runs) => settings with { History = settings.History with { MaxRuns = runs } },
            "How many past runs that ended well are remembered, and how many that did not; the oldest go first, likewise the next two",
            "200"),
        Setting(
            "history.max-age-days",
            new WholeNumberKind(0, 36_500, " of days"),
            (settings, days) => settings with { History = settings.History with { MaxAge = TimeSpan.FromDays(days) } },
            "For how long",
            "30"),
        Setting(
            "history.max-megabytes",
            new WholeNumberKind(0, int.MaxValue, " of mebibytes"),
            (settings, megabytes) => settings with { History = settings.History with { MaxBytes = (long)megabytes << 20 } },
            "How much the evidence of failed ones may take",
            "512"),
        Setting(
            "images.max-megabytes",
            new WholeNumberKind(0, int.MaxValue, " of mebibytes"),
            (settings, megabytes) => settings with { MaxImageBytes = (long)megabytes << 20 },
            "How much the images that were fetched may take together, and one of them, packed or unpacked; the longest unused go first",
            "65536"),
        Setting(
            "up.memory-overcommit",
            new RatioKind(0.1m, 100),
            (settings, ratio) => settings with { Up = settings.Up with { MemoryOvercommit = ratio } },
            "How much memory all instances of one service together may ask, as a share of the host's, or of what the service's control group may have",
            "1"),
        Setting(
            "up.disk-overcommit",
            new RatioKind(0.1m, 1000),
            (settings, ratio) => settings with { Up = settings.Up with { DiskOvercommit = ratio } },
            "Likewise their root disks, which overlays may grow to, as a share of the file system with the state directory",
            "1"),
        Setting(
            "up.drain",
            new WordKind<DrainMode>(("power-down", DrainMode.PowerDown), ("finish", DrainMode.Finish), ("leave", DrainMode.Leave)),
            (settings, mode) => settings with { Up = settings.Up with { Drain = mode } },
            "What becomes of the machines when a service ends",
            "power-down"),
        Setting(
            "up.drain-deadline-seconds",
            new WholeNumberKind(0, InstanceKeys.LongestTimeoutSeconds, " of seconds"),
            (settings, seconds) => settings with { Up = settings.Up with { DrainDeadline = TimeSpan.FromSeconds(seconds) } },
            "How long guests may take to finish",
            "3600"),
        Setting(
            "up.too-soon-seconds",
            new WholeNumberKind(0, 60 * 60, " of seconds"),
            (settings, seconds) => settings with { Up = settings.Up with { TooSoon = TimeSpan.FromSeconds(seconds) } },
            "A run that ends sooner after its guest's start is followed by a pause",
            "10"),
        Setting(
            "up.listen",
            new EndpointKind(),
            (settings, endpoint) => settings with { Up = settings.Up with { Listen = endpoint } },
            "Where metrics and health are told; absent: nowhere"),
        Setting(
            "up.listen-names",
            new ListKind<string>(new TextKind("a host name"), "an array of host names, such as [\"ci-host-1.example\"]"),
            (settings, names) => settings with { Up = settings.Up with { ListenNames = names } },
            "Under which names they are asked for there, beside IP addresses, localhost and this host's own name"),
        .. drivers.SelectMany(driver => driver.Settings.Select(setting => OfDriver(driver, setting))),
        Setting(
            "github.api-url",
            new UrlKind(),
            (settings, url) => settings with { GitHub = settings.GitHub with { ApiUrl = url } },
            "GitHub's REST API",
            "https://api.github.com",
            isProtected: true),
        Path(
            "github.token-file",
            (draft, path) => draft.GitHubTokenFile = path,
            "A file that holds the GitHub token, closed to group and others (chmod 600); absent: none"),
        Key.Optional(
            "github.app-id",
            new TextKind("a GitHub App's client id or number, as text"),
            (draft, id) => draft.GitHubAppId = id,
            "The GitHub App to be, in place of having a token; absent: none",
            isProtected: true),
        Path(
            "github.app-key-file",
            (draft, path) => draft.GitHubAppKeyFile = path,
            "A file that holds the App's private key (PEM), closed like the token's; absent: none"),
    ];

    /// <summary>The environment variable of a setting: <c>ORCHESTRATOR_LIBVIRT__URI</c>.</summary>
    public static string VariableOf(Key key) =>
        VariablePrefix + key.Name.Replace(".", "__", StringComparison.Ordinal).Replace('-', '_').ToUpperInvariant();

    private static Key Setting<T>(
        string name, ValueKind<T> kind, Func<HostSettings, T, HostSettings> change, string description, string? @default = null, bool isProtected = false) =>
        Key.Optional(name, kind, (draft, value) => draft.Settings = change(draft.Settings, value), description, @default, isProtected);

    private static Key Path(string name, Action<SettingsDraft, string> set, string description) =>
        Key.Optional(name, new TextKind("a path"), (draft, path) => set(draft, draft.Resolve(path)), description, isProtected: true);

    private static Key OfDriver(DriverRegistration driver, DriverSetting setting)
    {
        var name = HostSettings.NameOf(driver, setting);
        return Key.Optional(
            name,
            new TextKind(setting.Expectation),
            (draft, text) =>
            {
                var isPath = setting.Kind == DriverSettingKind.Path
                    || (setting.Kind == DriverSettingKind.Program && text.Contains('/', StringComparison.Ordinal));
                draft.DriverSettings[name] = isPath ? draft.Resolve(text) : text;
            },
            setting.Description,
            setting.Default,
            setting.IsProtected);
    }
}

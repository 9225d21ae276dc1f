using Orchestrator.Drivers;

namespace Orchestrator.Configuration;

/// <summary>The one table of host settings.</summary>
internal static class SettingKeys
{
    /// <summary>All settings, those of a section together.</summary>
    public static IReadOnlyList<SettingKey> All { get; } =
    [
        SettingKey.Create("driver", InstanceKeys.DriverWords, (draft, name) => draft.Driver = name),
        SettingKey.Create(
            "accelerator",
            new WordKind<AcceleratorPreference>(
                ("auto", AcceleratorPreference.Auto),
                ("kvm", AcceleratorPreference.Kvm),
                ("tcg", AcceleratorPreference.Tcg)),
            (draft, accelerator) => draft.Accelerator = accelerator),
        SettingKey.Create("network", InstanceKeys.NetworkWords, (draft, network) => draft.Network = network),
        SettingKey.Create("state-directory", new TextKind("a path"), (draft, path) => draft.StateDirectory = draft.Resolve(path)),
        SettingKey.Create(
            "shutdown-grace-seconds",
            new WholeNumberKind(0, 24 * 60 * 60, " of seconds"),
            (draft, seconds) => draft.ShutdownGraceSeconds = seconds),
        SettingKey.Create("history.max-runs", new WholeNumberKind(0, 1_000_000, ""), (draft, runs) => draft.HistoryMaxRuns = runs),
        SettingKey.Create("history.max-age-days", new WholeNumberKind(0, 36_500, " of days"), (draft, days) => draft.HistoryMaxAgeDays = days),
        SettingKey.Create(
            "history.max-megabytes",
            new WholeNumberKind(0, int.MaxValue, " of mebibytes"),
            (draft, megabytes) => draft.HistoryMaxMegabytes = megabytes),
        SettingKey.Create("up.memory-overcommit", new RatioKind(0.1m, 100), (draft, ratio) => draft.Up = draft.Up with { MemoryOvercommit = ratio }),
        SettingKey.Create("up.disk-overcommit", new RatioKind(0.1m, 1000), (draft, ratio) => draft.Up = draft.Up with { DiskOvercommit = ratio }),
        SettingKey.Create("up.drain", DrainWords, (draft, mode) => draft.Up = draft.Up with { Drain = mode }),
        SettingKey.Create(
            "up.drain-deadline-seconds",
            new WholeNumberKind(0, InstanceKeys.LongestTimeoutSeconds, " of seconds"),
            (draft, seconds) => draft.Up = draft.Up with { DrainDeadline = TimeSpan.FromSeconds(seconds) }),
        SettingKey.Create(
            "up.too-soon-seconds",
            new WholeNumberKind(0, 60 * 60, " of seconds"),
            (draft, seconds) => draft.Up = draft.Up with { TooSoon = TimeSpan.FromSeconds(seconds) }),
        SettingKey.Create("up.listen", new EndpointKind(), (draft, endpoint) => draft.Up = draft.Up with { Listen = endpoint }),
        SettingKey.Create("qemu.run-as", new TextKind("a user's name"), (draft, user) => draft.QemuRunAs = user),
        SettingKey.Create(
            "qemu.binary",
            new TextKind("a program's name or path"),
            (draft, program) => draft.QemuBinary = program.Contains('/', StringComparison.Ordinal) ? draft.Resolve(program) : program),
        SettingKey.Create("libvirt.uri", new TextKind("a libvirt connection URI"), (draft, uri) => draft.LibvirtUri = uri),
        SettingKey.Create("libvirt.template", new TextKind("a path"), (draft, path) => draft.LibvirtTemplate = draft.Resolve(path)),
        SettingKey.Create("github.api-url", new UrlKind(), (draft, url) => draft.GitHubApiUrl = url),
        SettingKey.Create("github.token-file", new TextKind("a path"), (draft, path) => draft.GitHubTokenFile = draft.Resolve(path)),
    ];

    /// <summary>The ways a service can end.</summary>
    public static WordKind<DrainMode> DrainWords =>
        new(("power-down", DrainMode.PowerDown), ("finish", DrainMode.Finish), ("leave", DrainMode.Leave));
}

using Orchestrator.Drivers;

namespace Orchestrator.Configuration;

/// <summary>Settings that are being read, source by source; each overwrites what the one before it said.</summary>
internal sealed class SettingsDraft
{
    /// <summary>What paths of the source that is being read are relative to; absolute.</summary>
    public string BaseDirectory { get; set; } = "/";

    public string Driver { get; set; } = "qemu";

    public AcceleratorPreference Accelerator { get; set; } = AcceleratorPreference.Auto;

    public NetworkMode Network { get; set; } = NetworkMode.User;

    public string? StateDirectory { get; set; }

    public int ShutdownGraceSeconds { get; set; } = 60;

    public int HistoryMaxRuns { get; set; } = 200;

    public int HistoryMaxAgeDays { get; set; } = 30;

    public int HistoryMaxMegabytes { get; set; } = 512;

    public UpSettings Up { get; set; } = new();

    public string? QemuRunAs { get; set; }

    public string? QemuBinary { get; set; }

    public string LibvirtUri { get; set; } = "qemu:///system";

    public string? LibvirtTemplate { get; set; }

    public Uri GitHubApiUrl { get; set; } = new("https://api.github.com");

    public string? GitHubTokenFile { get; set; }

    /// <summary>The absolute form of a path in the source that is being read.</summary>
    public string Resolve(string path) => Path.GetFullPath(path, BaseDirectory);
}

namespace Orchestrator.Configuration;

/// <summary>Settings that are being read, source by source; each overwrites what the one before it said.</summary>
/// <param name="settings">What holds where no source says.</param>
internal sealed class SettingsDraft(HostSettings settings)
{
    /// <summary>What paths of the source that is being read are relative to; absolute.</summary>
    public string BaseDirectory { get; set; } = "/";

    public HostSettings Settings { get; set; } = settings;

    public Dictionary<string, string> DriverSettings { get; } = new(settings.DriverSettings);

    public string? GitHubTokenFile { get; set; }

    public string? GitHubAppId { get; set; }

    public string? GitHubAppKeyFile { get; set; }

    /// <summary>The absolute form of a path in the source that is being read.</summary>
    public string Resolve(string path) => Path.GetFullPath(path, BaseDirectory);
}

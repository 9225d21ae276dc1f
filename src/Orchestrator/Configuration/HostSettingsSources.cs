using System.Collections;
using Orchestrator.Drivers;

namespace Orchestrator.Configuration;

/// <summary>Where host settings come from.</summary>
public sealed record HostSettingsSources
{
    /// <summary>Settings given on the command line, by the names of <see cref="HostSettings.Names"/>.</summary>
    public IReadOnlyDictionary<string, string> Flags { get; init; } = new Dictionary<string, string>();

    /// <summary>The environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The directory of the instances file; null where there is none.</summary>
    public string? InstancesDirectory { get; init; }

    /// <summary>The directory of the system's settings.</summary>
    public string SystemDirectory { get; init; } = "/etc/orchestrator";

    /// <summary>What paths in flags and in the environment are relative to.</summary>
    public string WorkingDirectory { get; init; } = Directory.GetCurrentDirectory();

    /// <summary>The user is root, whose state lies in /var/lib.</summary>
    public bool IsRoot { get; init; } = System.Environment.IsPrivilegedProcess;

    /// <summary>This process's sources.</summary>
    /// <param name="flags">Settings given on the command line, by name.</param>
    /// <param name="instancesPath">The instances file; null where there is none.</param>
    /// <exception cref="ConfigurationException">The working directory is gone.</exception>
    public static HostSettingsSources OfProcess(IReadOnlyDictionary<string, string> flags, string? instancesPath)
    {
        RequireWorkingDirectory();
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in System.Environment.GetEnvironmentVariables())
        {
            environment[(string)entry.Key] = (string?)entry.Value ?? "";
        }

        return new HostSettingsSources
        {
            Flags = flags,
            Environment = environment,
            InstancesDirectory = instancesPath is null ? null : Path.GetDirectoryName(Path.GetFullPath(instancesPath)),
        };
    }

    private static void RequireWorkingDirectory()
    {
        try
        {
            Directory.GetCurrentDirectory();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException("the working directory was removed or cannot be read: change to another", exception);
        }
    }
}

using System.Collections;
using Orchestrator.Drivers;
using Orchestrator.Linux;

namespace Orchestrator.Configuration;

/// <summary>Where host settings come from.</summary>
public sealed record HostSettingsSources
{
    /// <summary>Settings given on the command line, by their names.</summary>
    public IReadOnlyDictionary<string, string> Flags { get; init; } = new Dictionary<string, string>();

    /// <summary>The environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>A file of settings that the user named, which is read in place of the one beside the instances; null where none was.</summary>
    public string? SettingsFile { get; init; }

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
    /// <param name="instancesNamed">The user named that file; otherwise it is the default, which need not be there nor to be found.</param>
    /// <param name="settingsFile">As <see cref="SettingsFile"/>.</param>
    /// <exception cref="ConfigurationException">The working directory is gone.</exception>
    public static HostSettingsSources OfProcess(
        IReadOnlyDictionary<string, string> flags, string? instancesPath, bool instancesNamed, string? settingsFile = null)
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
            SettingsFile = settingsFile,
            InstancesDirectory = instancesPath is null ? null : DirectoryOf(Path.GetFullPath(instancesPath), instancesNamed),
        };
    }

    // Whoever becomes another user, by sudo for example, often stays in a directory that is closed to that one.
    private static string? DirectoryOf(string instancesPath, bool named)
    {
        var directory = Path.GetDirectoryName(instancesPath)!;
        try
        {
            if (!named)
            {
                Libc.Stat(Path.Combine(directory, HostSettings.FileName));
            }
        }
        catch (IOException error)
        {
            // A file that is there but not this user's to read is found, and refused when it is read.
            return error.HResult == Libc.AccessDenied ? null : directory;
        }

        return directory;
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

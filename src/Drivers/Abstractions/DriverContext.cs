namespace Orchestrator.Drivers;

/// <summary>What a driver is made with.</summary>
public sealed record DriverContext
{
    /// <summary>
    /// Its settings by their names in its section; those that nobody set and that have no <see cref="DriverSetting.Default"/> are missing.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Absolute path of the directory whose subdirectories are run directories, named by <see cref="VmId"/>; its parent is the state directory. Need not
    /// exist yet.
    /// </summary>
    public required string RunsDirectory { get; init; }

    /// <summary>
    /// Absolute path of a directory for what was found out about the host (whether KVM runs guest code); made when needed, and safe to delete.
    /// </summary>
    public required string CacheDirectory { get; init; }

    /// <summary>
    /// Absolute path of the directory with images that this program fetched, beside the <see cref="RunsDirectory"/>: they are ours, and a driver may let those whom
    /// its hypervisor runs as read them. Null: there are none. Need not exist.
    /// </summary>
    public string? ImagesDirectory { get; init; }

    /// <summary>Tells the user of what works and has a drawback, one line. May be called for each machine: what was told last is not told again.</summary>
    public required Action<string> Warn { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }
}

using System.Text.Json;
using Orchestrator.Drivers;

namespace Orchestrator.Configuration;

/// <summary>An instance that is being read, key by key.</summary>
/// <param name="baseDirectory">What relative paths are relative to; absolute.</param>
internal sealed class InstanceDraft(string baseDirectory)
{
    /// <summary>What <see cref="MachineDescription.Architecture"/> is where the file does not say.</summary>
    public static GuestArchitecture HostArchitecture { get; } =
        System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64
            ? GuestArchitecture.Arm64
            : GuestArchitecture.X64;

    public string Name { get; set; } = "";

    public string Image { get; set; } = "";

    public CatalogueImage? CatalogueImage { get; set; }

    public IReadOnlyList<string> Backing { get; set; } = [];

    public int CpuCores { get; set; }

    public long RamBytes { get; set; }

    public long RootDiskBytes { get; set; }

    public int TimeoutSeconds { get; set; }

    public bool TimeoutFromJob { get; set; }

    public int? IdleTimeoutSeconds { get; set; }

    public int? ConfigDeadlineSeconds { get; set; }

    public int SshPort { get; set; }

    public GuestArchitecture? Architecture { get; set; }

    public string? Driver { get; set; }

    public NetworkMode? Network { get; set; }

    public IReadOnlyList<AllowedDestination> Allow { get; set; } = [];

    public RebootAction OnReboot { get; set; }

    public List<MountDraft> Mounts { get; } = [];

    public SourceValue? Config { get; set; }

    public SourceValue? CloudInit { get; set; }

    public SourceValue? UserData { get; set; }

    public SourceValue? GitHub { get; set; }

    public GitHubScope? RunnerScope { get; set; }

    public IReadOnlyList<string>? RunnerLabels { get; set; }

    public string? RunnerGroup { get; set; }

    public string? RunnerName { get; set; }

    /// <summary>The instance, once every required key was read without a problem.</summary>
    /// <param name="document">The bytes of the file.</param>
    /// <param name="location">Where the instance was written.</param>
    /// <param name="settings">What holds where the file does not say.</param>
    public Instance ToInstance(ReadOnlySpan<byte> document, SourceLocation location, HostSettings settings) => new()
    {
        Machine = new MachineDescription
        {
            Name = Name,
            Architecture = Architecture ?? HostArchitecture,
            Processors = CpuCores,
            MemoryBytes = RamBytes,
            RootDiskBytes = RootDiskBytes,
            BaseImagePath = CatalogueImage is null ? Path.GetFullPath(Image, baseDirectory) : Image,
            BackingImagePaths = CatalogueImage is not null ? [] : [.. Backing.Select(path => Path.GetFullPath(path, baseDirectory))],
            Network = Network ?? settings.Network,
            Allow = [.. settings.Allow.Union(Allow)],
            OnReboot = OnReboot,
            Mounts = [.. Mounts.Select(mount => new Mount(Path.GetFullPath(mount.Source, baseDirectory), mount.Tag))],
        },
        CatalogueImage = CatalogueImage,
        Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
        TimeoutFromJob = TimeoutFromJob,
        IdleTimeout = Seconds(IdleTimeoutSeconds),
        ConfigTimeout = Seconds(ConfigDeadlineSeconds),
        SshPort = SshPort == 0 ? null : SshPort,
        Driver = settings.NamedDriver ?? Driver ?? settings.Driver,
        Config = JsonElement.Parse(Config is null ? "{}"u8 : document[Config.Extent]),
        CloudInit = CloudInit is null ? null : JsonElement.Parse(document[CloudInit.Extent]),
        Runner = RunnerScope is { } scope ? new JitRunner(scope, RunnerLabels, RunnerGroup, RunnerName) : null,
        Location = location,
        ConfigLocation = LocationOf("config", Config, location),
        CloudInitLocation = LocationOf("cloud-init", CloudInit, location),
        RunnerLocation = LocationOf("github", GitHub, location),
    };

    private static SourceLocation LocationOf(string key, SourceValue? value, SourceLocation instance) =>
        instance with { Line = value?.Line ?? instance.Line, Path = JsonText.KeyPath(instance.Path, key) };

    /// <summary>An item of <see cref="Mounts"/>.</summary>
    public sealed class MountDraft
    {
        public string Source { get; set; } = "";

        public string Tag { get; set; } = "";
    }

    private static TimeSpan? Seconds(int? count) => count is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
}

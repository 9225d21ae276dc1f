using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Orchestrator.Drivers;

namespace Orchestrator.Conformance.Harness;

/// <summary>
/// What the conformance suite has to know of a driver beyond its contract: how to make one, what to run, how to break it, and where to
/// look for what it left. Its state directory is this harness's own, and gone at the end with everything in it.
/// </summary>
public abstract class DriverHarness : IAsyncLifetime
{
    private static readonly SemaphoreSlim TwoAtATime = new(2);

    private readonly Lazy<Task<OrdinaryLife>> _ordinaryLife;
    private int _described;

    protected DriverHarness() => _ordinaryLife = new(() => OrdinaryLife.RecordAsync(this));

    /// <summary>The directory of everything. Short, since sockets lie below it.</summary>
    public string Root { get; } = Directory.CreateTempSubdirectory("conform-").FullName;

    /// <summary>Where run directories are.</summary>
    public string Runs => Directory.CreateDirectory(Path.Combine(Root, "runs")).FullName;

    /// <summary>Whose machines are made.</summary>
    public OwnerId Owner { get; } = new("conformance" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)[..8]);

    /// <summary>Bounds how many guests boot at a time.</summary>
    public virtual SemaphoreSlim Boots => TwoAtATime;

    /// <summary>The image of the tiny guest, or what stands for it.</summary>
    public abstract string BaseImage { get; }

    /// <summary>The image of a guest that mounts what is shared with it.</summary>
    public virtual string SharingImage => BaseImage;

    /// <summary>Its virtual size in bytes.</summary>
    public abstract long BaseImageBytes { get; }

    /// <summary>Guests of this driver can be reached by SSH: false for one that has no guests.</summary>
    public abstract bool ServesSsh { get; }

    /// <summary>Makes a driver; a second one is what another process would have, after a restart for example.</summary>
    public abstract IHypervisorDriver CreateDriver();

    /// <summary>Makes the hypervisor die under a machine, as of a defect of its own.</summary>
    public abstract void CrashHypervisor(VmSpec spec);

    /// <summary>The life of a guest that does what guests do; lived once, and looked at by several tests.</summary>
    public Task<OrdinaryLife> OrdinaryLifeAsync() => _ordinaryLife.Value;

    /// <summary>Describes a machine of an instance of its own, and makes its run directory.</summary>
    public VmSpec Describe()
    {
        var id = VmId.Create(TimeProvider.System);
        var directory = Path.Combine(Runs, id.Value);
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new VmSpec
        {
            Id = id,
            Owner = Owner,
            RunDirectory = directory,
            Machine = new MachineDescription
            {
                Name = $"vm-{Interlocked.Increment(ref _described)}",
                Architecture = GuestArchitecture.X64,
                Processors = 1,
                MemoryBytes = 192L << 20,
                BaseImagePath = BaseImage,
                RootDiskBytes = BaseImageBytes + (16L << 20),
                Network = NetworkMode.Internet,
            },
            Accelerator = AcceleratorPreference.Tcg,
            SshPort = FreePort(),
        };
    }

    /// <summary>
    /// What is left of a machine, in words: processes that bear its name or its UUID, files that the driver made, and what another driver
    /// finds.
    /// </summary>
    public async Task<IReadOnlyList<string>> LeftoversAsync(VmSpec spec)
    {
        var files = Directory.EnumerateFileSystemEntries(spec.RunDirectory).Concat(Media(spec));
        var records = await CreateDriver().ListAsync(spec.Owner, CancellationToken.None);
        return [.. Processes(spec), .. files, .. records.Where(record => record.Id == spec.Id).Select(record => $"listed: {record}")];
    }

    /// <summary>The files anywhere in memory that bear the run's name, as a medium's may.</summary>
    public static IReadOnlyList<string> Media(VmSpec spec) =>
    [
        .. ((string[])["/dev/shm", "/run"]).Where(Directory.Exists).SelectMany(root => Directory.EnumerateFiles(
            root, $"*{spec.Id}*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 2 })),
    ];

    /// <summary>The processes that bear the machine's name or UUID, in words.</summary>
    public static IReadOnlyList<string> Processes(VmSpec spec) =>
    [
        .. HostProcess.All()
            .Where(process => process.Mentions(spec.Id.Value) || process.Mentions(spec.Id.Uuid.ToString()))
            .Select(process => $"process {process}"),
    ];

    /// <summary>A TCP port of 127.0.0.1 that nobody listens at.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <inheritdoc/>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        var driver = CreateDriver();
        foreach (var directory in Directory.EnumerateDirectories(Runs))
        {
            if (VmId.TryParse(Path.GetFileName(directory), out var id))
            {
                await driver.DestroyAsync(id, CancellationToken.None);
            }
        }

        Directory.Delete(Root, recursive: true);
        GC.SuppressFinalize(this);
    }
}

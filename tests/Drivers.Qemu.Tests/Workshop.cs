using System.Diagnostics;
using System.Text.Json;
using Orchestrator.Drivers.Qemu.Machines;
using Orchestrator.Drivers.Qemu.Qmp;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Qemu.Tests;

/// <summary>A directory with base images and runs, for tests that start real QEMUs. Whatever a test leaves, this removes.</summary>
public sealed class Workshop : IAsyncDisposable
{
    /// <summary>The mode of a script that plays QEMU, and of the directory it is in: root's QEMU is not root.</summary>
    public const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly List<VmId> _runs = [];

    public Workshop()
    {
        Root = Directory.CreateTempSubdirectory("qemu-tests-").FullName;
        File.SetUnixFileMode(Root, Executable);
        Runs = Directory.CreateDirectory(Path.Combine(Root, "runs")).FullName;
        Cache = Path.Combine(Root, "cache");
        Images = Directory.CreateDirectory(Path.Combine(Root, "images")).FullName;
        Driver = new QemuDriver(Context);
    }

    public string Root { get; }

    public string Runs { get; }

    public string Cache { get; }

    public string Images { get; }

    public QemuDriver Driver { get; }

    public OwnerId Owner { get; } = new("tests");

    public DriverContext Context => new() { RunsDirectory = Runs, CacheDirectory = Cache, Warn = _ => { }, Time = TimeProvider.System };

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A qcow2 image whose first bytes are a guest: <see cref="Guests"/>.</summary>
    public string MakeImage(byte[]? guest = null, string name = "base.qcow2")
    {
        var path = Path.Combine(Images, name);
        if (guest is null)
        {
            Run("qemu-img", "create", "-q", "-f", "qcow2", path, "16M");
            return path;
        }

        var raw = Path.Combine(Images, "guest.raw");
        File.WriteAllBytes(raw, guest);
        Run("truncate", "-s", "16M", raw);
        Run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, path);
        File.Delete(raw);
        return path;
    }

    public VmSpec Describe(string image, Func<MachineDescription, MachineDescription>? change = null)
    {
        var id = VmId.Create(TimeProvider.System);
        _runs.Add(id);
        var machine = new MachineDescription
        {
            Name = "vm-1",
            Architecture = GuestArchitecture.X64,
            Processors = 1,
            MemoryBytes = 64L << 20,
            BaseImagePath = image,
            RootDiskBytes = 32L << 20,
            Network = NetworkMode.None,
        };
        return new VmSpec
        {
            Id = id,
            Owner = Owner,
            RunDirectory = Directory.CreateDirectory(Path.Combine(Runs, id.Value)).FullName,
            Machine = change?.Invoke(machine) ?? machine,
            Accelerator = AcceleratorPreference.Tcg,
        };
    }

    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} exited with code {process.ExitCode}");
    }

    /// <summary>The pid of a run's QEMU, or null.</summary>
    public static int? PidOf(VmId id) =>
        ProcessTable.Find("-uuid", id.Uuid.ToString()).Select(process => (int?)process.Pid).FirstOrDefault();

    /// <summary>Waits until a run's QEMU is gone; for a test that has let go of it, so that no event tells.</summary>
    public static async Task GoneAsync(VmId id)
    {
        while (PidOf(id) is not null)
        {
            await Task.Delay(20, Token);
        }
    }

    /// <summary>Commands the QEMU of a machine that nobody is attached to.</summary>
    public static async Task<JsonElement> CommandAsync(VmSpec spec, string command, Action<Utf8JsonWriter>? arguments = null)
    {
        await using var client = await QmpClient.ConnectAsync(
            new MachineFiles(spec.RunDirectory).QmpSocket, new QmpClientOptions { HandshakeTimeout = TimeSpan.FromSeconds(20) }, Token);
        return await client.ExecuteAsync(command, arguments, cancellationToken: Token);
    }

    /// <summary>The next event, or a failed test.</summary>
    public static async Task<VmEvent> NextAsync(IAsyncEnumerator<VmEvent> events)
    {
        var moved = await events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), Token);
        Assert.True(moved, "the events ended");
        return events.Current;
    }

    /// <summary>Nothing is left of a run but its directory.</summary>
    public static void AssertNothingLeft(VmSpec spec)
    {
        Assert.Null(PidOf(spec.Id));
        Assert.Empty(Directory.EnumerateFileSystemEntries(spec.RunDirectory));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var id in _runs)
        {
            await Driver.DestroyAsync(id, CancellationToken.None);
        }

        Directory.Delete(Root, recursive: true);
    }
}

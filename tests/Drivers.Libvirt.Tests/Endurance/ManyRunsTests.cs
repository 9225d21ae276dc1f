using System.Diagnostics;
using System.Globalization;
using Libvirt.Daemon;

namespace Orchestrator.Drivers.Libvirt.Tests.Endurance;

/// <summary>
/// One driver in one process lives many machines, and needs no more for the last than for the first. <c>ORCHESTRATOR_TEST_RUNS</c> says how many; bench/memory
/// has it be 50.
/// </summary>
[Trait("Category", "Integration")]
[Collection(nameof(AloneCollection))]
public sealed class ManyRunsTests : IAsyncLifetime
{
    private const int WarmUp = 3;
    private const long Megabyte = 1 << 20;

    private static readonly int Runs = int.Parse(
        Environment.GetEnvironmentVariable("ORCHESTRATOR_TEST_RUNS") ?? "6", CultureInfo.InvariantCulture);

    private PrivateLibvirtd? _daemon;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (PrivateLibvirtd.FindObstacle() is { } obstacle)
        {
            Assert.Skip(obstacle);
        }

        _daemon = await PrivateLibvirtd.StartAsync(CancellationToken.None);
    }

    [Fact]
    public async Task The_last_of_many_runs_takes_no_more_memory_and_no_more_descriptors_than_the_first()
    {
        var state = Directory.CreateDirectory(Path.Combine(_daemon!.Files, "state")).FullName;
        var runs = Directory.CreateDirectory(Path.Combine(state, "runs")).FullName;
        var image = Path.Combine(_daemon.Files, "base.qcow2");
        using (var tool = Process.Start("qemu-img", ["create", "-q", "-f", "qcow2", image, "16M"]))
        {
            await tool.WaitForExitAsync(Token);
        }

        await using var driver = new LibvirtDriver(new DriverContext
        {
            Settings = new Dictionary<string, string> { ["uri"] = _daemon.Uri },
            RunsDirectory = runs,
            CacheDirectory = Path.Combine(state, "cache"),
            Warn = _ => { },
            Time = TimeProvider.System,
        });
        var samples = new List<Sample>();
        for (var run = 0; run < WarmUp + Runs; run++)
        {
            await LiveAsync(driver, runs, image);
            samples.Add(Sample.Take());
            TestContext.Current.TestOutputHelper?.WriteLine($"run {run + 1}: {samples[^1]}");
        }

        var (first, last) = (samples[WarmUp - 1], samples[^1]);
        Assert.InRange(last.Descriptors, 0, first.Descriptors + 2);
        Assert.InRange(last.Threads, 0, first.Threads + 4);
        Assert.InRange(last.ManagedBytes, 0, first.ManagedBytes + Megabyte);

        // What the heap has not given back and libc keeps for later is no leak; what grows with every run is.
        Assert.InRange(last.ResidentBytes, 0, first.ResidentBytes + (8 * Megabyte) + (Runs * Megabyte / 8));
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
        {
            await _daemon.DisposeAsync();
        }
    }

    private static async Task LiveAsync(LibvirtDriver driver, string runs, string image)
    {
        var id = VmId.Create(TimeProvider.System);
        var spec = Xml.Machines.Spec with
        {
            Id = id,
            RunDirectory = Directory.CreateDirectory(Path.Combine(runs, id.Value)).FullName,
            Machine = Xml.Machines.Spec.Machine with
            {
                BaseImagePath = image,
                RootDiskBytes = 16 << 20,
                Processors = 1,
                MemoryBytes = 64 << 20,
                Network = NetworkMode.None,
            },
            Accelerator = AcceleratorPreference.Tcg,
            SshPort = null,
        };
        await using (var machine = await driver.PrepareAsync(spec, Token))
        {
            await using var console = await machine.OpenConsoleAsync(Token);
            await machine.StartAsync(new byte[4096], Token);
            await machine.RemoveConfigMediaAsync(Token);
            await machine.KillAsync(Token);
            await foreach (var happened in machine.Events.WithCancellation(Token))
            {
                _ = happened;
            }
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(spec.RunDirectory));
        Directory.Delete(spec.RunDirectory);
    }

    private sealed record Sample(int Descriptors, int Threads, long ManagedBytes, long ResidentBytes)
    {
        public static Sample Take()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            return new Sample(
                Directory.GetFileSystemEntries("/proc/self/fd").Length,
                Directory.GetFileSystemEntries("/proc/self/task").Length,
                GC.GetTotalMemory(forceFullCollection: true),
                Environment.WorkingSet);
        }
    }
}

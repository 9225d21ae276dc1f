using System.Diagnostics;
using Libvirt.Daemon;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Drivers.Libvirt.Connections;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Libvirt.Tests.Machines;

/// <summary>
/// A libvirtd that is killed and does not come back. The driver's clock stands still unless a test moves it, so nothing here ends for want of patience.
/// </summary>
[Trait("Category", "Integration")]
public sealed class DaemonLossTests : IAsyncLifetime
{
    // Of the wall clock: what hangs fails, and nothing waits this long when all is well.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private PrivateLibvirtd? _libvirtd;
    private LibvirtDriver? _driver;
    private string _state = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PrivateLibvirtd Libvirtd => _libvirtd!;

    private string Runs => Path.Combine(_state, "runs");

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(PrivateLibvirtd.FindObstacle() is null, PrivateLibvirtd.FindObstacle() ?? "");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may end another user's QEMU");
        _libvirtd = await PrivateLibvirtd.StartAsync(CancellationToken.None);
        _state = Path.Combine(_libvirtd.Files, "state");
        Directory.CreateDirectory(Runs);
        _driver = CreateDriver();
    }

    [Fact]
    public async Task A_machine_is_ended_by_its_process_when_it_is_killed_while_the_daemon_is_away()
    {
        var (machine, spec, events) = await StartAsync();
        await Libvirtd.KillAsync();
        Assert.IsType<VmEvent.ControlLost>(await NextAsync(events));

        await machine.KillAsync(Token).WaitAsync(Soon, Token);

        Assert.False(IsRunning(spec));
        Assert.Equal(VmExitReason.Killed, (await machine.Completion).Reason);
        Assert.IsType<VmEvent.Stopped>(await NextAsync(events));
        await machine.DisposeAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(spec.RunDirectory));
    }

    [Fact]
    public async Task A_machine_is_ended_at_once_also_when_nobody_has_noticed_yet_that_the_daemon_is_away()
    {
        var (machine, spec, _) = await StartAsync();
        Libvirtd.Freeze();
        var killing = machine.KillAsync(Token);
        await Libvirtd.KillAsync();

        await killing.WaitAsync(Soon, Token);

        Assert.False(IsRunning(spec));
        Assert.Equal(VmExitReason.Killed, (await machine.Completion).Reason);
        await machine.DisposeAsync();
    }

    [Fact]
    public async Task A_machine_that_nobody_can_watch_runs_as_long_as_there_is_patience_and_no_longer()
    {
        var (machine, spec, events) = await StartAsync();
        await Libvirtd.KillAsync();
        Assert.IsType<VmEvent.ControlLost>(await NextAsync(events));

        _time.Advance(Daemon.Patience - TimeSpan.FromSeconds(1));
        Assert.True(IsRunning(spec));
        Assert.False(machine.Completion.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        var exit = await machine.Completion.WaitAsync(Soon, Token);
        Assert.Equal((VmExitReason.Killed, "libvirtd could not be reached for 60 s"), (exit.Reason, exit.Detail));
        Assert.False(IsRunning(spec));
        await machine.DisposeAsync();
    }

    [Fact]
    public async Task A_machine_that_died_while_the_daemon_was_away_is_over_when_patience_is()
    {
        var (machine, spec, events) = await StartAsync();
        await Libvirtd.KillAsync();
        Assert.IsType<VmEvent.ControlLost>(await NextAsync(events));
        await EndProcessAsync(spec);

        _time.Advance(Daemon.Patience);

        Assert.Equal(VmExitReason.Unknown, (await machine.Completion.WaitAsync(Soon, Token)).Reason);
        await machine.DisposeAsync();
    }

    [Fact]
    public async Task A_command_that_waits_for_the_daemon_returns_when_the_machine_is_over()
    {
        var (machine, _, events) = await StartAsync();
        await Libvirtd.KillAsync();
        Assert.IsType<VmEvent.ControlLost>(await NextAsync(events));
        var pressing = machine.RequestPowerDownAsync(Token);
        var removing = machine.RemoveConfigMediaAsync(Token);

        await machine.KillAsync(Token).WaitAsync(Soon, Token);

        await Task.WhenAll(pressing, removing).WaitAsync(Soon, Token);
        await machine.DisposeAsync();
    }

    [Fact]
    public async Task What_a_machine_left_is_destroyed_without_the_daemon_which_forgets_the_domain_when_it_is_back()
    {
        var (machine, spec, _) = await StartAsync();
        await machine.DetachAsync();
        await Libvirtd.KillAsync();

        await using (var other = CreateDriver())
        {
            await other.DestroyAsync(spec.Id, Token).WaitAsync(Soon, Token);
        }

        Assert.False(IsRunning(spec));
        Assert.Empty(Directory.EnumerateFileSystemEntries(spec.RunDirectory));
        await Libvirtd.StartAgainAsync(Token);
        await using var afterwards = CreateDriver();
        await afterwards.DestroyAsync(spec.Id, Token).WaitAsync(Soon, Token);
        Assert.Null(await afterwards.AttachAsync(spec.Id, Token).WaitAsync(Soon, Token));
    }

    public async ValueTask DisposeAsync()
    {
        if (_driver is not null)
        {
            await _driver.DisposeAsync();
        }

        if (_libvirtd is not null)
        {
            await _libvirtd.DisposeAsync();
        }
    }

    private static bool IsRunning(VmSpec spec) => ProcessTable.Find("-uuid", spec.Id.Uuid.ToString()).Any();

    private static async Task<VmEvent> NextAsync(IAsyncEnumerator<VmEvent> events)
    {
        Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(Soon, Token));
        return events.Current;
    }

    private static async Task EndProcessAsync(VmSpec spec)
    {
        using var process = Process.GetProcessById(ProcessTable.Find("-uuid", spec.Id.Uuid.ToString()).Single().Pid);
        process.Kill();
        await process.WaitForExitAsync(Token);
    }

    private LibvirtDriver CreateDriver() => new(new DriverContext
    {
        Settings = new Dictionary<string, string> { ["uri"] = Libvirtd.Uri },
        RunsDirectory = Runs,
        CacheDirectory = Path.Combine(_state, "cache"),
        Warn = _ => { },
        Time = _time,
    });

    /// <summary>A machine without anything to boot: its firmware says so and waits.</summary>
    private async Task<(IVirtualMachine Machine, VmSpec Spec, IAsyncEnumerator<VmEvent> Events)> StartAsync()
    {
        var image = Path.Combine(Libvirtd.Files, "base.qcow2");
        using (var tool = Process.Start("qemu-img", ["create", "-q", "-f", "qcow2", image, "16M"]))
        {
            await tool.WaitForExitAsync(Token);
        }

        var id = VmId.Create(TimeProvider.System);
        var spec = Xml.Machines.Spec with
        {
            Id = id,
            RunDirectory = Directory.CreateDirectory(Path.Combine(Runs, id.Value)).FullName,
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
        var machine = await _driver!.PrepareAsync(spec, Token);
        await machine.StartAsync(new byte[4096], Token);
        return (machine, spec, machine.Events.GetAsyncEnumerator(Token));
    }
}

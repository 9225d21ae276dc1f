using Libvirt;
using Orchestrator.Drivers.Host.Images;
using Orchestrator.Drivers.Libvirt.Machines;
using Orchestrator.Drivers.Libvirt.Preparation;
using Orchestrator.Drivers.Libvirt.Xml;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Libvirt.Tests.Machines;

/// <summary>What becomes of a machine when a process, or libvirtd, ends in the middle of something.</summary>
[Trait("Category", "Integration")]
public sealed class InterruptionTests(DaemonTrouble trouble) : IClassFixture<DaemonTrouble>
{
    private const int Stop = 19;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_guest_that_was_paused_for_its_medium_goes_on_when_the_next_process_takes_it_over(bool ejected)
    {
        var spec = trouble.Describe();
        var first = await trouble.CreateDriver().PrepareAsync(spec, Token);
        await first.StartAsync(new byte[4096], Token);
        await first.DetachAsync();

        // As if that process had been killed on its way.
        var note = new MachineFiles(spec.RunDirectory).Note;
        note.Replace(note.Read()! with { PausedToEject = true });
        trouble.With(spec, domain =>
        {
            domain!.Suspend();
            if (ejected)
            {
                domain.UpdateDevice(DomainXml.ConfigDrive(null), DeviceModifyFlags.Live | DeviceModifyFlags.Force);
            }

            return true;
        });
        await using var second = await trouble.CreateDriver().AttachAsync(spec.Id, Token);

        // The medium was being removed because the guest had opened the tray, whether or not it is open now.
        await foreach (var happened in second!.Events.WithCancellation(Token))
        {
            Assert.Equal(new VmEvent.TrayOpened(FoundOpen: true), happened);
            break;
        }

        await second.RemoveConfigMediaAsync(Token);

        Assert.Equal(DomainState.Running, trouble.With(spec, domain => domain!.GetState().State));
        Assert.Null(trouble.With(spec, domain => DomainXml.ReadConfigDrive(domain!.GetXml()).MediumPath));
        Assert.False(note.Read()!.PausedToEject);
    }

    [Fact]
    public async Task A_QEMU_that_a_process_kept_from_running_when_it_was_killed_can_be_taken_over_also_from_a_daemon_that_was_killed_too()
    {
        var (spec, pid) = await StartAndFreezeAsync();
        await trouble.Daemon.KillAsync();
        await trouble.Daemon.StartAgainAsync(Token);

        await using var second = await trouble.CreateDriver().AttachAsync(spec.Id, Token);

        Assert.False(IsStopped(pid));
        await second!.RemoveConfigMediaAsync(Token);
        Assert.Equal(DomainState.Running, trouble.With(spec, domain => domain!.GetState().State));
        Assert.Null(trouble.With(spec, domain => DomainXml.ReadConfigDrive(domain!.GetXml()).MediumPath));
    }

    [Fact]
    public async Task A_QEMU_that_a_process_kept_from_running_when_it_was_killed_is_ended_in_order()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "QEMU's log of a session's libvirtd is not the test's");
        var (spec, _) = await StartAndFreezeAsync();

        await trouble.CreateDriver().DestroyAsync(spec.Id, Token);

        // Libvirt asks first, and waits ten seconds before it insists.
        var log = await File.ReadAllTextAsync(Path.Combine(trouble.Daemon.Logs, "qemu", $"{spec.Machine.Name}.log"), Token);
        Assert.Contains("terminating on signal 15", log, StringComparison.Ordinal);
        Assert.True(trouble.With(spec, domain => domain is null));
    }

    [Fact]
    public async Task A_machine_is_over_when_its_QEMU_dies_before_a_daemon_that_came_back_is_connected_to_it()
    {
        var spec = trouble.Describe();
        var driver = trouble.CreateDriver();
        await using var machine = await driver.PrepareAsync(spec, Token);
        await machine.StartAsync(default, Token);
        await trouble.Daemon.KillAsync();
        using var process = ObservedProcess.Open(IdentityOf(spec));
        process!.Signal(Stop);
        await trouble.Daemon.StartAgainAsync(Token);

        // The daemon lists what it remembers, waits for a QEMU that does not answer, and will give it up without an event.
        Assert.Equal([spec.Id], (await driver.ListAsync(spec.Owner, Token)).Where(record => record.State != VmState.Ended).Select(record => record.Id));
        process.Kill();

        Assert.Equal(VmExitReason.Unknown, (await machine.Completion.WaitAsync(TimeSpan.FromMinutes(1), Token)).Reason);
    }

    [Fact]
    public async Task A_daemon_that_dies_while_it_creates_a_domain_is_asked_again_and_the_machine_is_not_taken_for_ended()
    {
        var spec = trouble.Describe();
        var files = new MachineFiles(spec.RunDirectory);
        var xml = DomainTemplate.Load(null).Render(Xml.Machines.For(spec) with { Kvm = false });
        using var chain = BackingChain.Open(spec.Machine.BaseImagePath, []);
        using var draft = await Overlay.DraftAsync(
            "/usr/bin/qemu-img", new OverlayCache(Path.Combine(spec.RunDirectory, "cache")), spec.Machine.BaseImagePath, spec.Machine.RootDiskBytes, TimeProvider.System, Token);
        await using var daemon = new Orchestrator.Drivers.Libvirt.Connections.Daemon(trouble.Daemon.Uri, TimeProvider.System);
        await daemon.ConnectAsync(Token);

        trouble.Daemon.Freeze();
        var preparing = new MachinePreparation(spec, daemon, new QemuLog(null), "built-in", TimeProvider.System)
            .RunAsync(chain, Task.FromResult(draft), Task.FromResult(xml), Token);
        await Task.Delay(TimeSpan.FromMilliseconds(300), Token);
        await trouble.Daemon.KillAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(300), Token);
        await trouble.Daemon.StartAgainAsync(Token);
        await using (var machine = await preparing)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), Token);

            Assert.False(machine.Completion.IsCompleted, "it is there, and paused");
            await machine.StartAsync(default, Token);
            Assert.Equal(DomainState.Running, trouble.With(spec, domain => domain!.GetState().State));
        }

        Assert.True(trouble.With(spec, domain => domain is null));
        Assert.False(files.Exist());
    }

    // As a process leaves it that is killed in the middle of the removal of a medium.
    private async Task<(VmSpec Spec, int Pid)> StartAndFreezeAsync()
    {
        var spec = trouble.Describe();
        var first = await trouble.CreateDriver().PrepareAsync(spec, Token);
        await first.StartAsync(new byte[4096], Token);
        await first.DetachAsync();
        var note = new MachineFiles(spec.RunDirectory).Note;
        note.Replace(note.Read()! with { PausedToEject = true });
        var identity = IdentityOf(spec);
        using var process = ObservedProcess.Open(identity);
        process!.Signal(Stop);
        Assert.True(SpinWait.SpinUntil(() => IsStopped(identity.Pid), TimeSpan.FromSeconds(10)));
        return (spec, identity.Pid);
    }

    private static ProcessIdentity IdentityOf(VmSpec spec) => ProcessTable.Find("-uuid", spec.Id.Uuid.ToString()).Single();

    // proc(5): what follows the name.
    private static bool IsStopped(int pid) => File.ReadAllText($"/proc/{pid}/stat").Contains(") T ", StringComparison.Ordinal);
}

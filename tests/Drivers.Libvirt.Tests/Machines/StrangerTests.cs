using System.Diagnostics;
using Orchestrator.Drivers.Libvirt.Machines;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Libvirt.Tests.Machines;

/// <summary>Processes that look like a machine's QEMU, while libvirtd is away and its process is all there is to end a machine by.</summary>
[Trait("Category", "Integration")]
public sealed class StrangerTests(DaemonTrouble trouble) : IClassFixture<DaemonTrouble>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stranger_with_the_machines_uuid_is_left_alone_and_the_machine_is_ended(bool noted)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may end another user's QEMU");
        var spec = trouble.Describe();
        using var stranger = Start(spec, "read -r never");
        try
        {
            await (await trouble.CreateDriver().PrepareAsync(spec, Token)).DetachAsync();
            var note = new MachineFiles(spec.RunDirectory).Note;
            Assert.EndsWith("qemu-system-x86_64", note.Read()!.Process!.Program, StringComparison.Ordinal);
            if (!noted)
            {
                note.Replace(note.Read()! with { Process = null }); // as the version before left it
            }

            await trouble.Daemon.KillAsync();
            await trouble.CreateDriver().DestroyAsync(spec.Id, Token);

            Assert.False(stranger.HasExited);
            Assert.Equal([stranger.Id], PidsOf(spec));
            Assert.Empty(Directory.EnumerateFileSystemEntries(spec.RunDirectory));
        }
        finally
        {
            stranger.Kill(entireProcessTree: true);
            await trouble.Daemon.StartAgainAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_machine_whose_overlay_another_process_with_its_uuid_holds_is_not_over_until_that_is()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may look at another user's QEMU");
        var spec = trouble.Describe();
        var driver = trouble.CreateDriver();
        await (await driver.PrepareAsync(spec, Token)).DetachAsync();
        var files = new MachineFiles(spec.RunDirectory);
        files.Note.Replace(files.Note.Read()! with { Process = null });
        using var second = Start(spec, $"exec 3<>{files.Overlay}; read -r never");
        try
        {
            var real = PidsOf(spec).Single(pid => pid != second.Id);
            Assert.True(SpinWait.SpinUntil(() => ProcessTable.HasOpen(second.Id, files.Overlay) == true, TimeSpan.FromSeconds(10)));
            Assert.Null(FrozenProcess.TryFreeze(files.ProcessesOf(spec.Id, files.Note.Read())));

            var left = await Assert.ThrowsAsync<HypervisorException>(() => driver.DestroyAsync(spec.Id, Token));

            Assert.Contains($"process {second.Id} has its UUID and its disk still", left.Message, StringComparison.Ordinal);
            Assert.False(second.HasExited);
            Assert.DoesNotContain(real, PidsOf(spec)); // libvirt knows which is its own
            Assert.True(files.Exist());
            Assert.Equal(VmState.Running, (await driver.ListAsync(spec.Owner, Token)).Single(record => record.Id == spec.Id).State);
        }
        finally
        {
            second.Kill(entireProcessTree: true);
            await second.WaitForExitAsync(CancellationToken.None);
        }

        await driver.DestroyAsync(spec.Id, Token);
        Assert.Empty(Directory.EnumerateFileSystemEntries(spec.RunDirectory));
    }

    // Waits for what is never said: a program to wait with would be another process with that UUID for a moment.
    private static Process Start(VmSpec spec, string script) =>
        Process.Start(new ProcessStartInfo("sh", ["-c", script, "sh", "-uuid", $"{spec.Id.Uuid}"]) { RedirectStandardInput = true })!;

    private static IEnumerable<int> PidsOf(VmSpec spec) => ProcessTable.Find("-uuid", $"{spec.Id.Uuid}").Select(process => process.Pid);
}

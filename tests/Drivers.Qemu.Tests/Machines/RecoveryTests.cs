using System.Diagnostics;
using Orchestrator.Drivers.Qemu.Machines;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Qemu.Tests.Machines;

/// <summary>What a later orchestrator finds of the machines of an earlier one.</summary>
[Trait("Category", "Integration")]
public sealed class RecoveryTests : IAsyncDisposable
{
    private readonly Workshop _workshop = new();
    private readonly QemuDriver _later;

    public RecoveryTests() => _later = new QemuDriver(_workshop.Context);

    [Fact]
    public async Task A_machine_that_was_let_go_of_runs_on_and_can_be_taken_over()
    {
        var spec = await AbandonAsync(Guests.Idles);
        Assert.Equal(
            new VmRecord(spec.Id, "vm-1", VmState.Running), Assert.Single(await _later.ListAsync(_workshop.Owner, Workshop.Token)));

        await using (var machine = await _later.AttachAsync(spec.Id, Workshop.Token))
        {
            Assert.NotNull(machine);
            await machine.RequestPowerDownAsync(Workshop.Token);
            await machine.KillAsync(Workshop.Token);
            Assert.Equal(VmExitReason.Killed, (await machine.Completion).Reason);
        }

        Workshop.AssertNothingLeft(spec);
    }

    [Fact]
    public async Task Machines_of_other_owners_are_not_listed()
    {
        await AbandonAsync(Guests.Idles);

        Assert.Empty(await _later.ListAsync(new OwnerId("somebody-else"), Workshop.Token));
    }

    [Fact]
    public async Task A_machine_whose_directory_was_deleted_by_hand_is_found_by_the_files_it_holds()
    {
        var spec = await AbandonAsync(Guests.Idles);
        Directory.Delete(spec.RunDirectory, recursive: true);

        Assert.Equal(
            new VmRecord(spec.Id, "vm-1", VmState.Running), Assert.Single(await _later.ListAsync(_workshop.Owner, Workshop.Token)));
        await _later.DestroyAsync(spec.Id, Workshop.Token);

        Assert.Empty(await _later.ListAsync(_workshop.Owner, Workshop.Token));
        Assert.Null(Workshop.PidOf(spec.Id));
    }

    [Fact]
    public async Task A_machine_whose_directory_is_merely_out_of_sight_is_another_orchestrators()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount another directory over the runs");
        await AbandonAsync(Guests.Idles);
        Workshop.Run("mount", "-t", "tmpfs", "tmpfs", _workshop.Runs); // as it looks from another mount namespace
        try
        {
            Assert.Empty(await _later.ListAsync(_workshop.Owner, Workshop.Token));
        }
        finally
        {
            Workshop.Run("umount", _workshop.Runs);
        }
    }

    [Fact]
    public async Task A_machine_whose_note_is_missing_is_found_by_its_uuid()
    {
        var spec = await AbandonAsync(Guests.Idles);
        File.Delete(Path.Combine(spec.RunDirectory, "qemu.json"));

        Assert.Equal(
            new VmRecord(spec.Id, "vm-1", VmState.Running), Assert.Single(await _later.ListAsync(_workshop.Owner, Workshop.Token)));
        await _later.DestroyAsync(spec.Id, Workshop.Token);

        Workshop.AssertNothingLeft(spec);
    }

    [Fact]
    public async Task Destroying_twice_or_what_never_was_is_no_error()
    {
        var spec = await AbandonAsync(Guests.Idles);

        await _later.DestroyAsync(spec.Id, Workshop.Token);
        await _later.DestroyAsync(spec.Id, Workshop.Token);
        await _later.DestroyAsync(VmId.Create(TimeProvider.System), Workshop.Token);

        Workshop.AssertNothingLeft(spec);
        Assert.Null(await _later.AttachAsync(spec.Id, Workshop.Token));
        Assert.Empty(await _later.ListAsync(_workshop.Owner, Workshop.Token));
    }

    [Fact]
    public async Task How_a_machine_ended_while_nobody_watched_is_read_from_its_log()
    {
        var spec = await AbandonAsync(Guests.Panics, waitForEnd: true);
        Assert.Equal(VmState.Ended, Assert.Single(await _later.ListAsync(_workshop.Owner, Workshop.Token)).State);

        await using (var machine = await _later.AttachAsync(spec.Id, Workshop.Token))
        {
            Assert.NotNull(machine);
            Assert.Equal(VmExitReason.GuestPanic, (await machine.Completion).Reason);
            Assert.IsType<VmEvent.Stopped>(Assert.Single(await machine.Events.ToArrayAsync(Workshop.Token)));
        }

        Workshop.AssertNothingLeft(spec);
    }

    [Fact]
    public async Task A_machine_that_was_killed_while_nobody_watched_ended_nobody_knows_how()
    {
        var spec = await AbandonAsync(Guests.Idles);
        Workshop.Run("kill", "-9", $"{Workshop.PidOf(spec.Id)}");
        await Workshop.GoneAsync(spec.Id);

        await using var machine = await _later.AttachAsync(spec.Id, Workshop.Token);

        Assert.NotNull(machine);
        Assert.Equal(VmExitReason.Unknown, (await machine.Completion).Reason);
    }

    [Fact]
    public async Task A_process_with_the_noted_pid_and_start_but_not_the_uuid_is_left_alone()
    {
        using var stranger = Process.Start("sleep", "60");
        try
        {
            var spec = _workshop.Describe(_workshop.MakeImage());
            var identity = ProcessTable.Identify(stranger.Id)!.Value;
            new MachineFiles(spec.RunDirectory).Note.Replace(new ProcessNote
            {
                Pid = identity.Pid,
                StartTicks = identity.StartTicks,
                BootId = identity.BootId,
                Uuid = spec.Id.Uuid,
                Owner = _workshop.Owner.Value,
                Instance = "vm-1",
            });

            Assert.Equal(VmState.Ended, Assert.Single(await _later.ListAsync(_workshop.Owner, Workshop.Token)).State);
            await _later.DestroyAsync(spec.Id, Workshop.Token);

            Assert.False(stranger.HasExited);
            Workshop.AssertNothingLeft(spec);
        }
        finally
        {
            stranger.Kill();
        }
    }

    [Fact]
    public async Task A_run_directory_of_another_driver_is_not_touched()
    {
        var spec = _workshop.Describe(_workshop.MakeImage());
        var overlay = Path.Combine(spec.RunDirectory, RunFiles.Overlay);
        await File.WriteAllTextAsync(overlay, "another driver's", Workshop.Token);

        Assert.Empty(await _later.ListAsync(_workshop.Owner, Workshop.Token));
        Assert.Null(await _later.AttachAsync(spec.Id, Workshop.Token));
        await _later.DestroyAsync(spec.Id, Workshop.Token);

        Assert.True(File.Exists(overlay));
    }

    [Fact]
    public async Task Two_cannot_command_one_machine_and_the_second_is_told_so()
    {
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.Idles));
        await using var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token);

        var refusal = await Assert.ThrowsAsync<HypervisorException>(() => _later.AttachAsync(spec.Id, Workshop.Token));

        Assert.Contains("another orchestrator", refusal.Message, StringComparison.Ordinal);
        await machine.StartAsync(default, Workshop.Token);
    }

    [Fact]
    public async Task Taking_over_can_be_cancelled_and_costs_the_machine_nothing()
    {
        var spec = await AbandonAsync(Guests.Idles);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _later.AttachAsync(spec.Id, cancelled.Token));

        Assert.NotNull(Workshop.PidOf(spec.Id));
    }

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    private async Task<VmSpec> AbandonAsync(byte[] guest, bool waitForEnd = false)
    {
        var spec = _workshop.Describe(_workshop.MakeImage(guest));
        var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token);
        await machine.StartAsync(default, Workshop.Token);
        await machine.DetachAsync();
        if (waitForEnd)
        {
            await Workshop.GoneAsync(spec.Id);
        }

        return spec;
    }
}

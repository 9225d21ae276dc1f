using Orchestrator.Drivers;
using Orchestrator.Reporting;
using Orchestrator.Runs;
using Orchestrator.State;

namespace Orchestrator.Tests.Runs;

public sealed class SharedStorageTests
{
    [Fact]
    public async Task On_a_full_disk_the_machine_that_took_the_most_is_ended_and_the_one_that_needs_a_little_goes_on()
    {
        using var run = new RunFixture();
        var (taken, toldToGoOn) = (new TaskCompletionSource<string>(), false);
        run.Driver.Script = async guest =>
        {
            if (!taken.Task.IsCompleted)
            {
                var overlay = Path.Combine(guest.Spec.RunDirectory, RunFiles.Overlay);
                await File.WriteAllBytesAsync(overlay, new byte[1 << 20]);
                taken.SetResult(overlay);
                await guest.Over;
            }
            else
            {
                var overlay = await taken.Task;
                run.FindFreeBytes = () => File.Exists(overlay) ? 0 : SharedStorage.LeastRoom; // what is removed leaves room at once
                await guest.FillDiskAsync();
                toldToGoOn = true;
                guest.ShutDown();
            }
        };
        var large = run.RunAsync();
        await taken.Task;
        var small = run.RunAsync();
        await run.Observed<RunEvent.Suspended>();

        run.Time.Advance(SharedStorage.Interval);
        Assert.Equal(RunOutcome.StorageFull, (await large).Outcome);
        run.Time.Advance(SharedStorage.Interval);

        Assert.Equal(RunOutcome.GuestShutdown, (await small).Outcome);
        Assert.True(toldToGoOn);
        Assert.Single(run.Events.OfType<RunEvent.Killing>());
    }

    [Fact]
    public async Task What_a_machine_took_that_ends_while_another_looks_is_room()
    {
        using var run = new RunFixture();
        var looks = 0;
        run.Driver.Script = async guest =>
        {
            run.FindFreeBytes = () => ++looks == 1 ? 0 : SharedStorage.LeastRoom;
            await guest.FillDiskAsync();
            guest.ShutDown();
        };
        var running = run.RunAsync();
        await run.Observed<RunEvent.Suspended>();
        run.Time.Advance(SharedStorage.Interval);

        Assert.Equal(RunOutcome.GuestShutdown, (await running).Outcome);
    }

    [Fact]
    public async Task A_machine_that_found_room_is_told_of_and_needs_none_any_more()
    {
        using var run = new RunFixture { FreeBytes = SharedStorage.LeastRoom };
        run.Driver.Script = async guest =>
        {
            await guest.FillDiskAsync();
            await run.Observed<RunEvent.Resumed>();
            guest.ShutDown();
        };
        var running = run.RunAsync();
        await run.Observed<RunEvent.Suspended>();

        while (!running.IsCompleted)
        {
            run.Time.Advance(SharedStorage.Interval);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Equal(RunOutcome.GuestShutdown, (await running).Outcome);
    }

    [Fact]
    public async Task The_only_machine_on_a_full_disk_is_ended_at_once()
    {
        using var run = new RunFixture { FreeBytes = 0 };
        run.Driver.Script = async guest =>
        {
            _ = guest.FillDiskAsync();
            await guest.Over;
        };

        var result = await run.RunAsync();

        Assert.Equal(RunOutcome.StorageFull, result.Outcome);
        Assert.Contains("this one has taken the most", Assert.Single(run.History.Read().Summaries).Detail, StringComparison.Ordinal);
        Assert.Empty(run.Events.OfType<RunEvent.Suspended>());
    }

    [Fact]
    public async Task Nobody_waits_for_room_for_ever()
    {
        using var run = new RunFixture { FreeBytes = 0 };
        using var stuck = run.State.CreateRun(VmId.Create(run.Time));
        await File.WriteAllBytesAsync(stuck.PathOf(RunFiles.Overlay), new byte[1 << 20], TestContext.Current.CancellationToken);
        run.Driver.Script = async guest =>
        {
            _ = guest.FillDiskAsync();
            await guest.Over;
        };
        var running = run.RunAsync();
        await run.Observed<RunEvent.Suspended>();

        run.Time.Advance(RunWatch.RoomPatience);

        Assert.Equal(RunOutcome.StorageFull, (await running).Outcome);
    }

    [Fact]
    public void A_run_waits_for_room_as_long_as_it_says_so_and_lives()
    {
        using var run = new RunFixture();
        using var own = run.State.CreateRun(VmId.Create(run.Time));
        var other = run.State.CreateRun(VmId.Create(run.Time));
        var storage = new SharedStorage(own, _ => 0);

        Assert.False(storage.Look()!.Value.IsAwaited);
        other.AwaitRoom(true);
        Assert.True(storage.Look()!.Value.IsAwaited);
        other.AwaitRoom(false);
        Assert.False(storage.Look()!.Value.IsAwaited);
        other.AwaitRoom(true);
        other.Dispose();
        Assert.False(storage.Look()!.Value.IsAwaited);
    }
}

using System.Text;
using Orchestrator.Drivers;
using Orchestrator.Recovery;
using Orchestrator.Reporting;
using Orchestrator.Runs;
using Orchestrator.State;

namespace Orchestrator.Tests.Recovery;

public sealed class SweepTests
{
    public static TheoryData<string> Phases => [.. Enum.GetNames<RunPhase>()];

    [Theory]
    [MemberData(nameof(Phases))]
    public async Task A_foreground_run_whose_owner_died_in_any_phase_is_ended_and_removed(string phase)
    {
        using var host = new RecoveryFixture();
        var run = await host.AbandonAsync(RunOwnerKind.Foreground, Enum.Parse<RunPhase>(phase));

        await host.SweepAsync();

        Assert.Empty(host.Left);
        Assert.Empty(host.Driver.Host.Machines);
        Assert.Empty(host.Failures);
        Assert.Equal((run, "its owner, process 2147483647, died"), Assert.Single(host.Removals));
        var summary = Assert.Single(host.History.Read().Summaries);
        Assert.Equal((RunOutcome.Abandoned, "vm-1"), (summary.Outcome, summary.Instance));
        AssertNoSecretIn(host.State.History);
    }

    [Fact]
    public async Task A_services_machine_that_does_its_work_is_left_for_adoption()
    {
        using var host = new RecoveryFixture();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        var before = host.Left;

        await host.SweepAsync();

        Assert.Equal(before, host.Left);
        Assert.Equal([run], host.Driver.Host.Machines);
        Assert.Equal(run, Assert.Single(host.Leavings).Run);
    }

    [Fact]
    public async Task The_log_of_a_machine_that_nobody_watches_is_bounded()
    {
        using var host = new RecoveryFixture();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        var log = Path.Combine(host.State.PathOf(run), RunFiles.ConsoleLog);
        using (var talk = new FileStream(log, FileMode.Create))
        {
            talk.SetLength(LogBound.Bytes + 1); // sparse: a size is all it takes
        }

        await host.SweepAsync(dryRun: true);
        Assert.Equal(LogBound.Bytes + 1, new FileInfo(log).Length);
        await host.SweepAsync();

        Assert.Equal(0, new FileInfo(log).Length);
    }

    [Theory]
    [InlineData(RunPhase.Preparing)]
    [InlineData(RunPhase.Configuring)]
    [InlineData(RunPhase.Ended)]
    internal async Task A_services_run_that_never_started_or_is_over_is_removed(RunPhase phase)
    {
        using var host = new RecoveryFixture();
        await host.AbandonAsync(RunOwnerKind.Service, phase);

        await host.SweepAsync();

        Assert.Empty(host.Left);
        Assert.Empty(host.Driver.Host.Machines);
    }

    [Fact]
    public async Task A_services_machine_whose_time_is_up_is_ended()
    {
        using var host = new RecoveryFixture();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        host.Time.Advance(TimeSpan.FromMinutes(10));

        await host.SweepAsync();

        Assert.Empty(host.Left);
        Assert.Equal((run, "its time is up"), Assert.Single(host.Removals));
    }

    [Fact]
    public async Task What_has_no_machine_any_more_is_removed_whoever_it_was()
    {
        using var host = new RecoveryFixture();
        foreach (var kind in Enum.GetValues<RunOwnerKind>())
        {
            var run = await host.AbandonAsync(kind);
            host.Driver.Host.GuestOf(run).ShutDown();
            run = await host.AbandonAsync(kind);
            await host.Driver.DestroyAsync(run, CancellationToken.None);
        }

        await host.SweepAsync();

        Assert.Empty(host.Left);
        Assert.Empty(host.Driver.Host.Machines);
        Assert.Equal(4, host.Removals.Count);
    }

    [Fact]
    public async Task A_run_whose_lock_is_held_is_not_touched()
    {
        using var host = new RecoveryFixture();
        var run = await host.AbandonAsync(RunOwnerKind.Foreground);
        using var made = host.State.CreateRun(VmId.Create(host.Time));
        var before = host.Left;
        using (RunDirectory.TryTake(host.State.PathOf(run)))
        {
            await host.SweepAsync();
        }

        Assert.Equal(before, host.Left);
        Assert.Empty(host.Removals);
        Assert.Equal([run], host.Driver.Host.Machines);
    }

    [Fact]
    public async Task A_lock_that_outlives_its_dead_holder_for_a_moment_is_waited_for()
    {
        using var host = new RecoveryFixture();
        var run = await host.AbandonAsync(RunOwnerKind.Foreground);
        Task sweeping;
        using (RunDirectory.TryTake(host.State.PathOf(run)))
        {
            sweeping = host.SweepAsync(); // has seen that it is held when it returns
        }

        await sweeping;

        Assert.Equal(run, Assert.Single(host.Removals).Run);
        Assert.Empty(host.Left);
    }

    [Fact]
    public async Task A_directory_whose_maker_died_before_its_journal_is_removed()
    {
        using var host = new RecoveryFixture();
        Directory.CreateDirectory(host.State.PathOf(VmId.Create(host.Time)));
        host.State.CreateRun(VmId.Create(host.Time)).Dispose();

        await host.SweepAsync();

        Assert.Empty(host.Left);
        Assert.Equal(2, host.Removals.Count);
    }

    [Fact]
    public async Task Runs_can_be_made_while_others_sweep()
    {
        using var host = new RecoveryFixture();
        using var enough = new CancellationTokenSource();
        var sweeping = Task.Run(
            async () =>
            {
                while (!enough.IsCancellationRequested)
                {
                    await host.SweepAsync();
                }
            },
            TestContext.Current.CancellationToken);

        for (var i = 0; i < 300; i++)
        {
            using var made = host.State.CreateRun(VmId.Create(host.Time));
            await File.WriteAllTextAsync(made.PathOf(RunFiles.Events), "mine", TestContext.Current.CancellationToken);
            Assert.Null(RunDirectory.TryTake(made.FullPath));
            made.Delete();
        }

        await enough.CancelAsync();
        await sweeping;
        Assert.Empty(host.Failures);
        Assert.Empty(host.Left);
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{ "version": 1 }""")]
    public async Task A_machine_whose_journal_is_damaged_is_ended_and_named(string journal)
    {
        using var host = new RecoveryFixture();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        await File.WriteAllTextAsync(Path.Combine(host.State.PathOf(run), RunFiles.Journal), journal, TestContext.Current.CancellationToken);

        var inventory = await host.TakeInventoryAsync();
        await host.SweepAsync();

        Assert.Contains(inventory.Warnings, warning => warning.StartsWith($"run {run}: its journal is damaged", StringComparison.Ordinal));
        Assert.Empty(host.Left);
        Assert.Empty(host.Driver.Host.Machines);
        Assert.Equal("vm-1", Assert.Single(host.History.Read().Summaries).Instance);
    }

    [Fact]
    public async Task What_a_newer_program_made_is_left_with_its_machine_and_without()
    {
        using var host = new RecoveryFixture();
        var run = await host.AbandonAsync(RunOwnerKind.Foreground);
        await File.WriteAllTextAsync(
            Path.Combine(host.State.PathOf(run), RunFiles.Journal), """{ "version": 99 }""", TestContext.Current.CancellationToken);

        await host.SweepAsync();
        Assert.Equal([run], host.Driver.Host.Machines);
        host.Driver.Host.GuestOf(run).ShutDown();
        await host.SweepAsync();

        Assert.Contains(run.Value, host.Left);
        Assert.Equal([(run, "a newer version of this program has to decide about it"), (run, "a newer version of this program has to decide about it")], host.Leavings);
    }

    [Fact]
    public async Task A_driver_that_cannot_be_reached_is_a_warning_and_its_runs_are_left()
    {
        using var host = new RecoveryFixture();
        var run = await host.AbandonAsync(RunOwnerKind.Foreground, change: journal => journal with { Driver = "broken" });
        await host.Driver.DestroyAsync(run, CancellationToken.None);
        var unknown = await host.AbandonAsync(RunOwnerKind.Foreground, change: journal => journal with { Driver = "unheard-of" });
        await host.Driver.DestroyAsync(unknown, CancellationToken.None);
        var other = await host.AbandonAsync(RunOwnerKind.Foreground);

        var inventory = await host.TakeInventoryAsync();
        await host.SweepAsync();

        Assert.Contains(inventory.Warnings, warning => warning.Contains("libbroken.so", StringComparison.Ordinal));
        Assert.False(inventory.Complete);
        Assert.Contains(inventory.Warnings, warning => warning.Contains("unheard-of", StringComparison.Ordinal));
        Assert.Equal([other], host.Removals.Select(removal => removal.Run));
        Assert.Equal(2, host.Leavings.Count);
        Assert.True(Directory.Exists(host.State.PathOf(run)));
    }

    [Fact]
    public async Task Whose_a_run_without_a_journal_is_its_drivers_note_tells()
    {
        using var host = new RecoveryFixture();
        var run = await host.AbandonAsync(RunOwnerKind.Foreground);
        File.Delete(Path.Combine(host.State.PathOf(run), RunFiles.Journal));
        await File.WriteAllTextAsync(Path.Combine(host.State.PathOf(run), RecoveryFixture.BrokenNote), "{}", TestContext.Current.CancellationToken);

        var scan = new RunInventory(host.State, host.Drivers, "fake", host.Time).Scan();

        Assert.Equal("broken", Assert.Single(scan.Runs).Driver);
    }

    [Fact]
    public async Task Nobody_asks_a_driver_that_nothing_points_to()
    {
        using var host = new RecoveryFixture();
        await host.AbandonAsync(RunOwnerKind.Foreground);

        Assert.Empty((await host.TakeInventoryAsync()).Warnings);
    }

    [Fact]
    public async Task A_machine_whose_directory_was_deleted_by_hand_is_ended()
    {
        using var host = new RecoveryFixture();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        Directory.Delete(host.State.PathOf(run), recursive: true);

        await host.SweepAsync();

        Assert.Empty(host.Driver.Host.Machines);
        Assert.Equal((run, "its directory is gone, so nobody can answer for it"), Assert.Single(host.Removals));
    }

    [Fact]
    public async Task A_dry_run_says_the_same_and_changes_nothing()
    {
        using var host = new RecoveryFixture();
        var run = await host.AbandonAsync(RunOwnerKind.Foreground);
        var before = host.Left;

        await host.SweepAsync(dryRun: true);

        Assert.Equal(run, Assert.Single(host.Removals).Run);
        Assert.Equal(before, host.Left);
        Assert.Equal([run], host.Driver.Host.Machines);
        Assert.Empty(Directory.EnumerateFileSystemEntries(host.State.History));
    }

    [Fact]
    public async Task Two_state_directories_on_one_host_never_touch_each_others_runs()
    {
        using var one = new RecoveryFixture();
        var run = await one.AbandonAsync(RunOwnerKind.Foreground);
        var other = StateDirectory.Open(Path.Combine(one.State.Root, "other"));
        var inventory = new Orchestrator.Recovery.RunInventory(other, one.Drivers, "fake", one.Time);

        Assert.Empty((await inventory.TakeAsync(TestContext.Current.CancellationToken)).Runs);
        Assert.Equal([run], one.Driver.Host.Machines);
    }

    [Fact]
    public async Task Many_sweeps_at_once_remove_each_run_once()
    {
        using var host = new RecoveryFixture();
        for (var count = 0; count < 10; count++)
        {
            await host.AbandonAsync(RunOwnerKind.Foreground);
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => host.SweepAsync())));
        host.Time.Advance(TimeSpan.FromSeconds(1));
        await host.SweepAsync();

        Assert.Empty(host.Failures);
        Assert.Empty(host.Left);
        Assert.Empty(host.Driver.Host.Machines);
        Assert.Equal(10, host.History.Read().Summaries.Count);
    }

    [Fact]
    public async Task A_machine_that_cannot_be_ended_keeps_what_says_that_it_exists()
    {
        using var host = new RecoveryFixture();
        var run = await host.AbandonAsync(RunOwnerKind.Foreground);
        host.Driver.WhileDestroying = _ => throw new HypervisorException("it will not die");

        await host.SweepAsync();

        Assert.Contains("it will not die", Assert.Single(host.Failures), StringComparison.Ordinal);
        Assert.NotNull(JournalReading.Read(host.State.PathOf(run)).Journal);
        Assert.False(File.Exists(Path.Combine(host.State.PathOf(run), RunFiles.OldConfigMedia)), "its secrets go first");
        host.Driver.WhileDestroying = _ => Task.CompletedTask;
        await host.SweepAsync();
        Assert.Empty(host.Left);
    }

    [Fact]
    public async Task A_run_that_was_to_be_kept_keeps_its_disk()
    {
        using var host = new RecoveryFixture();
        var run = await host.AbandonAsync(RunOwnerKind.Foreground, change: journal => journal with { Kept = true });

        await host.SweepAsync();

        Assert.Empty(host.Left);
        Assert.True(File.Exists(Path.Combine(host.History.PathOf(run), RunFiles.Overlay)));
        AssertNoSecretIn(host.State.History);
    }

    [Fact]
    public async Task A_run_may_sweep_beside_its_guest_and_waits_for_no_more_than_one_removal()
    {
        using var host = new RecoveryFixture();
        var swept = new TaskCompletionSource();
        await using (var sweep = new Orchestrator.Recovery.BackgroundSweep(
            cancellationToken =>
            {
                swept.SetResult();
                return Task.Delay(Timeout.Infinite, cancellationToken);
            },
            host))
        {
            sweep.Observe(new RunEvent.Prepared());
            Assert.False(swept.Task.IsCompleted);
            sweep.Observe(new RunEvent.Started(null, TimeSpan.Zero));
            await swept.Task;
        }

        Assert.Equal(2, host.Events.Count);
    }

    private static void AssertNoSecretIn(string directory)
    {
        foreach (var file in Directory.GetFiles(directory, "*", SearchOption.AllDirectories))
        {
            Assert.NotEqual(RunFiles.OldConfigMedia, Path.GetFileName(file));
            Assert.DoesNotContain(RecoveryFixture.Secret, File.ReadAllText(file, Encoding.Latin1), StringComparison.Ordinal);
        }
    }
}

using System.Text;
using Orchestrator.Drivers;
using Orchestrator.Operations;
using Orchestrator.Reporting;
using Orchestrator.Runs;
using Orchestrator.Signals;
using Orchestrator.State;

namespace Orchestrator.Tests.Recovery;

public sealed class AdoptionTests
{
    [Fact]
    public async Task An_adopted_guest_ejects_and_shuts_down_as_if_nothing_had_happened()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        var guest = host.Driver.Host.GuestOf(run);
        var running = host.AdoptAsync(run, stop);
        await host.Observed<RunEvent.Adopted>();
        Assert.Equal(Environment.ProcessId, JournalReading.Read(host.State.PathOf(run)).Journal?.Owner.Pid);

        guest.OpenTray();
        await host.Observed<RunEvent.ConfigurationRemoved>();
        guest.CloseTray();
        Assert.Null(guest.ReadMedium());
        Assert.False(File.Exists(Path.Combine(host.State.PathOf(run), RunFiles.OldConfigMedia)));
        guest.ShutDown();
        var result = await running;

        Assert.Equal(RunOutcome.GuestShutdown, result.Outcome);
        Assert.Empty(host.Left);
        Assert.Empty(host.Driver.Host.Machines);
        Assert.Equal(RunOutcome.GuestShutdown, Assert.Single(host.History.Read().Summaries).Outcome);
    }

    [Fact]
    public async Task A_tray_that_was_opened_while_nobody_watched_costs_the_guest_its_medium_at_once_which_took_at_least_that_long()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        host.Driver.Host.GuestOf(run).OpenTray();

        var running = host.AdoptAsync(run, stop);
        await host.Observed<RunEvent.ConfigurationRemoved>();
        host.Driver.Host.GuestOf(run).ShutDown();

        var result = await running;
        Assert.Equal((RunOutcome.GuestShutdown, true), (result.Outcome, result.Timeline.TrayFoundOpen));
        var removed = Assert.Single(host.Events.OfType<RunEvent.ConfigurationRemoved>());
        Assert.True(removed.AtLeast);
        using var told = new MemoryStream();
        new JsonRunReporter(told, "vm-1").Tell(removed, host.Time.GetUtcNow());
        Assert.Contains("\"at-least\":true", Encoding.UTF8.GetString(told.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_removal_that_was_cut_short_is_done_again_though_the_guest_closed_the_tray()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var run = await host.AbandonAsync(RunOwnerKind.Service, change: journal => journal with { Medium = MediumState.Removing });

        var running = host.AdoptAsync(run, stop);
        await host.Observed<RunEvent.ConfigurationRemoved>();
        host.Driver.Host.GuestOf(run).CloseTray();
        Assert.Null(host.Driver.Host.GuestOf(run).ReadMedium());
        host.Driver.Host.GuestOf(run).ShutDown();
        await running;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_machine_that_was_being_retired_still_is_and_the_job_that_comes_all_the_same_is_done(bool comes)
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var waiting = new GuestActivity().After(new GuestReport.Ready(), host.Time.GetUtcNow());
        var run = await host.AbandonAsync(
            RunOwnerKind.Service, change: journal => journal with { Guest = waiting, Retiring = RetireReason.NoJob }); // what it held is given back already
        var guest = host.Driver.Host.GuestOf(run);

        var running = host.AdoptAsync(run, stop);
        await host.Observed<RunEvent.Retiring>();
        if (comes)
        {
            guest.Say("""{"event":"job-started"}""");
            await host.Observed<RunEvent.Spared>();
        }

        host.Time.Advance(RunWatch.JobUnderWay);
        await (comes ? Task.CompletedTask : guest.PowerButton);
        guest.ShutDown();

        Assert.Equal(comes ? RunOutcome.GuestShutdown : RunOutcome.Idle, (await running).Outcome);
    }

    [Fact]
    public async Task A_guest_that_worked_works_still_and_what_it_says_next_is_heard()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var begun = host.Time.GetUtcNow() - TimeSpan.FromMinutes(1);
        var working = new GuestActivity { UnheardLines = 5000 }.After(new GuestReport.JobStarted("build"), begun);
        var run = await host.AbandonAsync(RunOwnerKind.Service, change: journal => journal with { Guest = working });

        var running = host.AdoptAsync(run, stop);
        await host.Observed<RunEvent.Adopted>();
        Assert.Equal("build", JournalReading.Read(host.State.PathOf(run)).Journal?.Guest?.Job);
        host.Driver.Host.GuestOf(run).Say("""{"event":"job-ended","result":"Failed"}""");
        for (var number = 0; number < 1000; number++)
        {
            host.Driver.Host.GuestOf(run).Say("too much");
        }

        host.Driver.Host.GuestOf(run).ShutDown();
        await running;

        var summary = Assert.Single(host.History.Read().Summaries);
        Assert.True(summary.UnheardLines > 900 + 5000, $"{summary.UnheardLines}");
        var job = Assert.Single(summary.Jobs!);
        Assert.Equal(("build", begun, "Failed"), (job.Name, job.Started, job.Result));
    }

    [Fact]
    public async Task A_medium_that_is_known_to_be_gone_is_no_reason_for_a_warning()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var run = await host.AbandonAsync(
            RunOwnerKind.Service, RunPhase.ConfigurationRemoved, journal => journal with { Medium = MediumState.Removed });

        var running = host.AdoptAsync(run, stop);
        host.Driver.Host.GuestOf(run).ShutDown();
        await running;

        Assert.Empty(host.Events.OfType<RunEvent.Warning>());
        Assert.Empty(host.Events.OfType<RunEvent.ConfigurationRemoved>());
    }

    [Fact]
    public async Task The_deadline_stays_what_it_was()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        host.Time.Advance(TimeSpan.FromMinutes(4));

        var running = host.AdoptAsync(run, stop);
        await host.Observed<RunEvent.Adopted>();
        host.Time.Advance(TimeSpan.FromMinutes(6) - TimeSpan.FromSeconds(1));
        Assert.Empty(host.Events.OfType<RunEvent.ShutdownRequested>());
        host.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(RunOutcome.TimeLimit, (await running).Outcome);
        Assert.Equal(RunOutcome.TimeLimit, Assert.Single(host.History.Read().Summaries).Outcome);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_wall_clock_that_is_set_moves_no_deadline_and_no_grace_of_the_same_boot(int hours)
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        host.Driver.Script = guest => guest.Over;
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        host.Time.Advance(TimeSpan.FromMinutes(4));
        host.Time.SetWallClock(TimeSpan.FromHours(hours));
        Assert.Equal("unwatched", RunStatus.Of(Assert.Single((await host.TakeInventoryAsync()).Runs), host.Time));

        var running = host.AdoptAsync(run, stop);
        await host.Observed<RunEvent.Adopted>();
        host.Time.Advance(TimeSpan.FromMinutes(6) - TimeSpan.FromSeconds(1));
        Assert.Empty(host.Events.OfType<RunEvent.ShutdownRequested>());
        host.Time.Advance(TimeSpan.FromSeconds(1));
        await host.Observed<RunEvent.ShutdownRequested>();
        host.Time.SetWallClock(TimeSpan.FromHours(hours));
        host.Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(RunOutcome.TimeLimit, (await running).Outcome);
    }

    [Fact]
    public async Task After_another_boot_the_wall_clock_counts()
    {
        using var host = new RecoveryFixture();
        await host.AbandonAsync(RunOwnerKind.Service, boot: "another boot");
        host.Time.SetWallClock(TimeSpan.FromMinutes(10));

        Assert.Equal("abandoned", RunStatus.Of(Assert.Single((await host.TakeInventoryAsync()).Runs), host.Time));
    }

    [Fact]
    public async Task A_deadline_that_passed_meanwhile_is_enforced_at_once()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        host.Time.Advance(TimeSpan.FromHours(1));

        var running = host.AdoptAsync(run, stop);
        await host.Observed<RunEvent.Adopted>();
        host.Time.Advance(TimeSpan.FromTicks(1)); // a timer of no length is due with the clock's next step

        Assert.Equal(RunOutcome.TimeLimit, (await running).Outcome);
    }

    [Fact]
    public async Task A_grace_that_had_begun_goes_on_and_is_not_given_again()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        host.Driver.Script = guest => guest.Over;
        var run = await host.AbandonAsync(
            RunOwnerKind.Service,
            change: journal => journal with { StopCause = StopCause.Stopped, StopAsked = journal.Created });
        host.Time.Advance(TimeSpan.FromSeconds(50));

        var running = host.AdoptAsync(run, stop);
        await host.Observed<RunEvent.ShutdownRequested>();
        host.Time.Advance(TimeSpan.FromSeconds(10));
        var result = await running;

        Assert.True(result.ByForce);
        Assert.Equal(RunOutcome.Stopped, result.Outcome);
        Assert.Equal(TimeSpan.FromSeconds(10), Assert.Single(host.Events.OfType<RunEvent.ShutdownRequested>()).Grace);
    }

    [Fact]
    public async Task A_guest_whose_owner_died_before_it_noted_that_it_runs_is_not_told_of_as_one_that_never_started()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        stop.RequestAtOnce();

        Assert.NotNull((await host.AdoptAsync(run, stop)).Timeline.Started);
    }

    [Fact]
    public async Task A_machine_that_ended_while_nobody_watched_is_cleaned_up()
    {
        using var host = new RecoveryFixture();
        using var stop = new StopRequests();
        var ended = await host.AbandonAsync(RunOwnerKind.Service);
        host.Driver.Host.GuestOf(ended).ShutDown();
        var vanished = await host.AbandonAsync(RunOwnerKind.Service);
        await host.Driver.DestroyAsync(vanished, CancellationToken.None);

        var result = await host.AdoptAsync(ended, stop);
        Assert.Equal((RunOutcome.GuestShutdown, null), (result.Outcome, result.Timeline.ShutDown));
        Assert.Equal(RunOutcome.Unknown, (await host.AdoptAsync(vanished, stop)).Outcome);

        Assert.Empty(host.Left);
        Assert.Empty(host.Driver.Host.Machines);
    }

    [Fact]
    public async Task A_run_that_is_left_can_be_adopted_again_and_again()
    {
        using var host = new RecoveryFixture();
        var run = await host.AbandonAsync(RunOwnerKind.Service);
        for (var process = 0; process < 3; process++)
        {
            using var stop = new StopRequests();
            var watching = host.AdoptAsync(run, stop);
            await host.Observed<RunEvent.Adopted>();
            stop.Leave();
            Assert.Equal(RunOutcome.Left, (await watching).Outcome);
            Assert.False(RunDirectory.IsHeld(host.State.PathOf(run)));
            Assert.Equal([run], host.Driver.Host.Machines);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(host.State.History)); // a run that goes on is no past run
        using var last = new StopRequests();
        var running = host.AdoptAsync(run, last);
        host.Driver.Host.GuestOf(run).Panic();
        Assert.Equal(RunOutcome.GuestPanic, (await running).Outcome);
        Assert.Equal(4, (await File.ReadAllTextAsync(EventsPath(host, run), TestContext.Current.CancellationToken)).Split("\"adopted\"").Length - 1);
    }

    private static string EventsPath(RecoveryFixture host, VmId run) => Path.Combine(host.History.PathOf(run), RunFiles.Events);
}

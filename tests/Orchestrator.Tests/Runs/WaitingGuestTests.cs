using Orchestrator.Leases;
using Orchestrator.Reporting;
using Orchestrator.Runs;
using Orchestrator.State;

namespace Orchestrator.Tests.Runs;

/// <summary>What becomes of a machine whose guest waits for a job: its limits, and how it is ended without taking a job from anybody.</summary>
public sealed class WaitingGuestTests
{
    private const string Ready = """{"event":"ready"}""";
    private const string JobStarted = """{"event":"job-started","name":"build"}""";
    private const string JobEnded = """{"event":"job-ended","result":"Succeeded"}""";

    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task The_limit_counts_from_the_first_job_once_the_guest_says_that_it_waits_for_one()
    {
        using var run = new RunFixture { TimeLimitFromJob = true, IdleLimit = TimeSpan.FromHours(2) };
        var before = default(RunJournal);
        var during = default(RunJournal);
        run.Driver.Script = async guest =>
        {
            guest.Say(Ready);
            before = await run.NotedAsync(journal => journal.Guest?.Busy is false);
            run.Time.Advance(TimeSpan.FromHours(1)); // far longer than the limit
            guest.Say(JobStarted);
            during = await run.NotedAsync(journal => journal.Guest?.Busy is true);
            run.Time.Advance(run.TimeLimit - Moment);
            Assert.Empty(run.Events.OfType<RunEvent.ShutdownRequested>());
            run.Time.Advance(Moment);
            await guest.PowerButton;
            guest.ShutDown();
        };

        var result = await run.RunAsync();

        Assert.Equal(RunOutcome.TimeLimit, result.Outcome);
        Assert.Equal((RunFixture.Now + TimeSpan.FromHours(2), RunFixture.Now + TimeSpan.FromHours(2) + run.TimeLimit), (before!.IdleDeadline, before.Deadline));
        Assert.Equal((null, RunFixture.Now + TimeSpan.FromHours(1) + run.TimeLimit), (during!.IdleDeadline, during.Deadline));
    }

    [Fact]
    public async Task A_guest_that_says_nothing_has_its_limit_from_its_start_whatever_it_was_to_count_from()
    {
        using var run = new RunFixture { TimeLimitFromJob = true, IdleLimit = TimeSpan.FromSeconds(5) };
        run.Driver.Script = async guest =>
        {
            await run.Observed<RunEvent.Started>();
            run.Time.Advance(run.TimeLimit - Moment);
            Assert.Empty(run.Events.OfType<RunEvent.ShutdownRequested>());
            run.Time.Advance(Moment);
            await guest.PowerButton;
            guest.ShutDown();
        };

        Assert.Equal(RunOutcome.TimeLimit, (await run.RunAsync()).Outcome);
    }

    [Theory]
    [InlineData(Ready, JobEnded)]
    [InlineData(JobStarted, JobEnded)]
    [InlineData(JobEnded, Ready)]
    public void No_guest_talks_itself_out_of_its_limits(string first, string second)
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(RunFixture.Now);
        var limit = TimeSpan.FromMinutes(10);
        var idle = TimeSpan.FromMinutes(5);
        var journal = SampleJournal with { TimeLimit = limit, TimeLimitFromJob = true, IdleLimit = idle, Deadline = RunFixture.Now + limit };
        for (var number = 0; number < 100; number++)
        {
            foreach (var line in (string[])[first, second, Ready, JobStarted])
            {
                var report = Orchestrator.Drivers.GuestReport.Parse(System.Text.Encoding.UTF8.GetBytes(line))!;
                journal = journal.After((journal.Guest ?? new GuestActivity()).After(report, time.GetUtcNow()), time.GetUtcNow());
                time.Advance(TimeSpan.FromMinutes(1));
            }
        }

        Assert.True(journal.Deadline <= RunFixture.Now + limit + idle + limit, $"{journal.Deadline}");
    }

    [Fact]
    public async Task One_that_waits_too_long_gives_its_runner_back_first_and_ends_when_no_job_comes_nevertheless()
    {
        using var run = new RunFixture { IdleLimit = TimeSpan.FromMinutes(3) };
        run.HoldsDesk();
        run.Driver.Script = async guest =>
        {
            guest.Say(Ready);
            await run.NotedAsync(journal => journal.IdleDeadline is not null);
            run.Time.Advance(TimeSpan.FromMinutes(3));
            await run.Observed<RunEvent.Retiring>();
            Assert.Empty(run.Lessor.Held);
            Assert.Empty(run.Events.OfType<RunEvent.ShutdownRequested>());
            run.Time.Advance(RunWatch.JobUnderWay);
            await guest.PowerButton;
            guest.ShutDown();
        };

        var result = await run.RunAsync();

        Assert.Equal((RunOutcome.Idle, "no job came in the time that it may wait for one"), (result.Outcome, result.Detail));
        Assert.Equal(RunOutcome.Idle, Assert.Single(run.History.Read().Summaries).Outcome);
    }

    [Fact]
    public async Task A_job_that_was_assigned_between_the_look_and_the_removal_is_done()
    {
        using var run = new RunFixture { IdleLimit = TimeSpan.FromMinutes(3) };
        run.HoldsDesk();
        run.Driver.Script = async guest =>
        {
            guest.Say(Ready);
            await run.NotedAsync(journal => journal.IdleDeadline is not null);
            run.Time.Advance(TimeSpan.FromMinutes(3));
            await run.Observed<RunEvent.Retiring>();
            run.Time.Advance(RunWatch.JobUnderWay - Moment);
            guest.Say(JobStarted); // the removal has succeeded, and the job came all the same
            await run.Observed<RunEvent.Spared>();
            run.Time.Advance(TimeSpan.FromMinutes(4));
            Assert.Empty(run.Events.OfType<RunEvent.ShutdownRequested>());
            guest.Say(JobEnded);
            await run.Observed<RunEvent.JobEnded>();
            guest.ShutDown();
        };

        Assert.Equal(RunOutcome.GuestShutdown, (await run.RunAsync()).Outcome);
    }

    [Fact]
    public async Task One_that_GitHub_takes_for_busy_is_left_and_tried_again_and_has_its_time_limit_all_the_same()
    {
        using var run = new RunFixture { IdleLimit = TimeSpan.FromMinutes(3) };
        run.HoldsDesk();
        run.Lessor.Failure = "422";
        run.Driver.Script = async guest =>
        {
            guest.Say(Ready);
            await run.NotedAsync(journal => journal.IdleDeadline is not null);
            run.Time.Advance(TimeSpan.FromMinutes(3));
            await run.Observed<RunEvent.Spared>();
            await run.NotedAsync(journal => journal.Retiring is null);
            Assert.Equal(["a"], run.Lessor.Held);

            run.Lessor.Failure = null;
            run.Time.Advance(RunWatch.RetireAgain);
            await run.Observed<RunEvent.Retiring>();
            run.Time.Advance(RunWatch.JobUnderWay);
            await guest.PowerButton;
            guest.ShutDown();
        };

        Assert.Equal(RunOutcome.Idle, (await run.RunAsync()).Outcome);
        Assert.Equal("422", Assert.Single(run.Events.OfType<RunEvent.Spared>()).Why);
    }

    [Fact]
    public async Task One_that_is_outdated_and_waits_is_retired_and_one_that_works_only_after_its_job()
    {
        using var run = new RunFixture();
        run.HoldsDesk();
        run.Driver.Script = async guest =>
        {
            guest.Say(JobStarted);
            await run.Observed<RunEvent.JobStarted>();
            run.Stop.Retire(RetireReason.Outdated);
            guest.Say(JobEnded);
            await run.Observed<RunEvent.Retiring>();
            Assert.Empty(run.Lessor.Held);
            run.Time.Advance(RunWatch.JobUnderWay);
            await guest.PowerButton;
            guest.ShutDown();
        };

        Assert.Equal(RunOutcome.Stopped, (await run.RunAsync()).Outcome);
    }

    [Theory]
    [InlineData(LeaseView.InUse, false)]
    [InlineData(LeaseView.Unused, true)]
    [InlineData(LeaseView.Gone, true)]
    internal async Task One_that_says_nothing_counts_as_busy_unless_its_runner_is_offline(LeaseView view, bool ends)
    {
        using var run = new RunFixture();
        run.HoldsDesk();
        run.Lessor.View = view;
        run.Driver.Script = async guest =>
        {
            guest.OpenTray();
            await run.Observed<RunEvent.ConfigurationRemoved>();
            if (view == LeaseView.Gone)
            {
                await run.Lessor.ReleaseAsync(FakeLessorDesk, TestContext.Current.CancellationToken);
            }

            run.Stop.Retire(RetireReason.Outdated);
            await (ends ? run.Observed<RunEvent.Retiring>() : run.Observed<RunEvent.Spared>());
            run.Time.Advance(RunWatch.JobUnderWay);
            await (ends ? guest.PowerButton : Task.CompletedTask);
            guest.ShutDown();
        };

        Assert.Equal(ends ? RunOutcome.Stopped : RunOutcome.GuestShutdown, (await run.RunAsync()).Outcome);
    }

    [Theory]
    [InlineData(RetireReason.Outdated, false)]
    [InlineData(RetireReason.Asked, true)]
    internal async Task One_that_holds_nothing_elsewhere_is_ended_only_where_a_person_wants_it(RetireReason reason, bool ends)
    {
        using var run = new RunFixture();
        run.Driver.Script = async guest =>
        {
            guest.Say(Ready);
            await run.Observed<RunEvent.GuestReady>();
            run.Stop.Retire(reason);
            guest.Say("""{"event":"status","text":"later"}""");
            await run.Observed<RunEvent.GuestStatus>();

            // Or whoever adopts it would take it for one that gave back what it held.
            await run.NotedAsync(journal => journal is { Retiring: null, Guest.Status: "later" });
            await (ends ? guest.PowerButton : Task.CompletedTask);
            guest.ShutDown();
        };

        Assert.Equal(ends ? RunOutcome.Stopped : RunOutcome.GuestShutdown, (await run.RunAsync()).Outcome);
        Assert.Empty(run.Events.OfType<RunEvent.Retiring>());
    }

    [Fact]
    public async Task A_ghost_which_waits_and_is_not_listed_any_more_ends_after_ten_minutes_of_that()
    {
        using var run = new RunFixture { TimeLimitFromJob = true, IdleLimit = TimeSpan.FromHours(2) };
        run.HoldsDesk();
        run.Driver.Script = async guest =>
        {
            guest.Say(Ready);
            await run.NotedAsync(journal => journal.Guest?.Busy is false);
            await run.Lessor.ReleaseAsync(FakeLessorDesk, TestContext.Current.CancellationToken);
            for (var look = 1; look <= 3; look++)
            {
                Assert.Empty(run.Events.OfType<RunEvent.Retiring>());
                run.Time.Advance(RunWatch.BetweenLooks);
                while (run.Lessor.Looks < look)
                {
                    await Task.Yield();
                }
            }

            await run.Observed<RunEvent.Retiring>();
            run.Time.Advance(RunWatch.JobUnderWay);
            await guest.PowerButton;
            guest.ShutDown();
        };

        var result = await run.RunAsync();

        Assert.Equal(RunOutcome.Idle, result.Outcome);
        Assert.Contains("ten minutes", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_whose_runner_is_too_old_to_get_jobs_is_named_so_once()
    {
        using var run = new RunFixture { TimeLimitFromJob = true, IdleLimit = TimeSpan.FromHours(2) };
        run.HoldsDesk();
        run.Lessor.Remark = "its runner is old";
        run.Driver.Script = async guest =>
        {
            guest.Say(Ready);
            await run.NotedAsync(journal => journal.Guest?.Busy is false);
            for (var look = 1; look <= 3; look++)
            {
                run.Time.Advance(RunWatch.BetweenLooks);
                while (run.Lessor.Looks < look)
                {
                    await Task.Yield();
                }
            }

            await run.Observed<RunEvent.Warning>();
            guest.ShutDown();
        };

        await run.RunAsync();

        Assert.Single(run.Events.OfType<RunEvent.Warning>(), warning => warning.Message.Contains("its runner is old", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_guest_that_does_not_open_its_tray_in_time_loses_its_configuration_and_goes_on()
    {
        using var run = new RunFixture { ConfigLimit = TimeSpan.FromMinutes(1) };
        byte[]? read = [];
        run.Driver.Script = async guest =>
        {
            run.Time.Advance(TimeSpan.FromMinutes(1) - Moment);
            Assert.NotNull(guest.ReadMedium());
            run.Time.Advance(Moment);
            await run.Observed<RunEvent.ConfigurationRemoved>();
            read = guest.ReadMedium();
            guest.ShutDown();
        };

        Assert.Equal(RunOutcome.GuestShutdown, (await run.RunAsync()).Outcome);
        Assert.Null(read);
        Assert.Null(Assert.Single(run.Events.OfType<RunEvent.ConfigurationRemoved>()).AfterTrayOpened);
        Assert.Empty(run.Events.OfType<RunEvent.TrayOpened>());
    }

    private static Lease FakeLessorDesk => Leases.FakeLessor.Desk("a");

    private static RunJournal SampleJournal => new()
    {
        Run = "r",
        Machine = SampleMachine.Description,
        Driver = "fake",
        Owner = RunOwner.ThisProcess(RunOwnerKind.Service),
        Phase = RunPhase.Running,
        Created = RunFixture.Now,
        TimeLimit = default,
        ShutdownGrace = default,
    };
}

using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.State;
using Orchestrator.Tests.Runs;

namespace Orchestrator.Tests.State;

public sealed class HistoryTests
{
    [Fact]
    public async Task A_run_that_ended_well_leaves_one_summary()
    {
        using var run = new RunFixture();
        run.Driver.Script = guest =>
        {
            guest.ShutDown();
            return Task.CompletedTask;
        };

        await run.RunAsync();

        Assert.Equal(RunHistory.Summary, Path.GetFileName(Assert.Single(run.Remembered)));
        var summary = Assert.Single(run.History.Read().Summaries);
        Assert.Equal(("vm-1", "fake", RunOutcome.GuestShutdown), (summary.Instance, summary.Driver, summary.Outcome));
        Assert.NotNull(summary.Timeline.Started);
        Assert.NotNull(summary.Timeline.ShutDown);
    }

    [Fact]
    public async Task A_run_that_failed_leaves_its_evidence_and_never_its_secrets()
    {
        using var run = new RunFixture();
        run.Driver.Script = guest =>
        {
            guest.Print("last words");
            guest.Panic();
            return Task.CompletedTask;
        };

        await run.RunAsync();

        Assert.Equal(
            [RunFiles.ConsoleLog, RunFiles.Events, RunFiles.Journal, RunHistory.Summary],
            run.Remembered.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(run.Left);
        Assert.Equal(RunOutcome.GuestPanic, Assert.Single(run.History.Read().Summaries).Outcome);
        Assert.Contains(run.Remembered, path => File.ReadAllText(path).Contains("\"guest-panicked\"", StringComparison.Ordinal));
        AssertNoSecret(run);
    }

    [Theory]
    [InlineData("prepare")]
    [InlineData("build")]
    [InlineData("start")]
    public async Task A_run_that_never_started_is_remembered_with_the_reason(string step)
    {
        using var run = new RunFixture();
        Task Fail(bool when) => when ? Task.FromException(new HostException(HostProblem.Other, "it broke")) : Task.CompletedTask;
        run.Driver.WhilePreparing = (_, _) => Fail(step == "prepare");
        run.Build = _ => Fail(step == "build");
        run.Driver.WhileStarting = _ => Fail(step == "start");

        await Assert.ThrowsAsync<HostException>(run.RunAsync);

        var summary = Assert.Single(run.History.Read().Summaries);
        Assert.Equal((RunOutcome.Failed, "it broke"), (summary.Outcome, summary.Detail));
        AssertNoSecret(run);
    }

    [Fact]
    public async Task What_a_defect_says_is_not_remembered_since_it_may_say_anything()
    {
        using var run = new RunFixture { };
        run.Build = _ => throw new InvalidOperationException($"cannot parse '{Encoding.UTF8.GetString(run.Medium)}'");

        await Assert.ThrowsAsync<InvalidOperationException>(run.RunAsync);

        AssertNoSecret(run);
    }

    [Fact]
    public async Task A_kept_run_keeps_its_disk_for_as_long_as_a_person_wants()
    {
        using var run = new RunFixture { Keep = true };
        run.Driver.Script = guest =>
        {
            guest.ShutDown();
            return Task.CompletedTask;
        };
        await run.RunAsync();
        run.Time.Advance(TimeSpan.FromDays(1000));

        run.State.HistoryWithin(new HistorySettings { MaxRuns = 0, MaxBytes = 0 }, [], run.Time).Trim();

        Assert.Contains(run.Remembered, path => Path.GetFileName(path) == RunFiles.Overlay);
        AssertNoSecret(run);
    }

    [Fact]
    public void Evidence_is_saved_also_where_there_is_no_room_for_the_summary_which_another_attempt_writes()
    {
        using var run = new RunFixture();
        var id = VmId.Create(run.Time);
        using var directory = run.State.CreateRun(id);
        File.WriteAllText(directory.PathOf(RunFiles.ConsoleLog), "last words");
        var obstacle = Directory.CreateDirectory(Path.Combine(run.History.PathOf(id), RunHistory.Summary, "in the way"));
        var summary = SummaryOf(id.Value, RunOutcome.StorageFull, run);

        Assert.Throws<HostException>(() => run.History.Take(directory, id, summary));
        Assert.Contains(run.Remembered, path => Path.GetFileName(path) == RunFiles.ConsoleLog);
        obstacle.Parent!.Delete(recursive: true);
        run.History.Take(directory, id, summary);

        Assert.Equal(RunOutcome.StorageFull, Assert.Single(run.History.Read().Summaries).Outcome);
    }

    [Fact]
    public void The_oldest_go_when_there_are_too_many()
    {
        using var run = new RunFixture();
        var history = run.State.HistoryWithin(new HistorySettings { MaxRuns = 3 }, [], run.Time);

        var ids = Enumerable.Range(0, 5).Select(_ => Remember(run, history, RunOutcome.GuestPanic)).ToList();

        Assert.Equal(ids[2..], history.Read().Summaries.Select(past => past.Run));
    }

    [Fact]
    public void Runs_that_ended_well_push_none_out_that_failed_nor_the_other_way_round()
    {
        using var run = new RunFixture();
        var history = run.State.HistoryWithin(new HistorySettings { MaxRuns = 2 }, [], run.Time);
        var failed = Remember(run, history, RunOutcome.GuestPanic);
        var well = Enumerable.Range(0, 3).Select(_ => Remember(run, history, RunOutcome.GuestShutdown)).ToList();
        Assert.Equal([failed, .. well[1..]], history.Read().Summaries.Select(past => past.Run));

        var failedToo = Enumerable.Range(0, 2).Select(_ => Remember(run, history, RunOutcome.TimeLimit)).ToList();
        Assert.Equal([.. well[1..], .. failedToo], history.Read().Summaries.Select(past => past.Run));
    }

    [Fact]
    public void The_oldest_go_when_they_are_too_old()
    {
        using var run = new RunFixture();
        var history = run.State.HistoryWithin(new HistorySettings { MaxAge = TimeSpan.FromDays(2) }, [], run.Time);
        Remember(run, history, RunOutcome.GuestPanic);
        run.Time.Advance(TimeSpan.FromDays(2) + TimeSpan.FromMinutes(1));

        var last = Remember(run, history, RunOutcome.GuestPanic);

        Assert.Equal([last], history.Read().Summaries.Select(past => past.Run));
    }

    [Fact]
    public void Evidence_that_takes_too_much_room_goes_and_that_the_run_was_stays()
    {
        using var run = new RunFixture();
        var history = run.State.HistoryWithin(new HistorySettings { MaxBytes = 150_000 }, [], run.Time);
        var first = Remember(run, history, RunOutcome.GuestPanic, bytes: 100_000);
        var second = Remember(run, history, RunOutcome.GuestPanic, bytes: 100_000);

        Assert.Equal([first, second], history.Read().Summaries.Select(past => past.Run));
        Assert.False(File.Exists(Path.Combine(run.State.History, first, RunFiles.ConsoleLog)));
        Assert.True(File.Exists(Path.Combine(run.State.History, second, RunFiles.ConsoleLog)));
    }

    [Fact]
    public void Evidence_that_has_no_room_takes_none_from_what_has()
    {
        using var run = new RunFixture();
        var history = run.State.HistoryWithin(new HistorySettings { MaxBytes = 150_000 }, [], run.Time);
        var small = Remember(run, history, RunOutcome.GuestPanic, bytes: 100_000);
        var large = Remember(run, history, RunOutcome.GuestPanic, bytes: 200_000);

        Assert.True(File.Exists(Path.Combine(run.State.History, small, RunFiles.ConsoleLog)));
        Assert.False(File.Exists(Path.Combine(run.State.History, large, RunFiles.ConsoleLog)));
    }

    [Fact]
    public void A_summary_that_lacks_anything_is_read_as_far_as_it_goes_or_not_at_all()
    {
        using var run = new RunFixture();
        var file = Path.Combine(run.State.History, Remember(run, run.History, RunOutcome.GuestPanic), RunHistory.Summary);
        var whole = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        foreach (var key in whole.Select(property => property.Key).ToList())
        {
            var lacking = whole.DeepClone().AsObject();
            lacking.Remove(key);
            File.WriteAllText(file, lacking.ToJsonString());

            if (run.History.Read().Summaries is [var summary])
            {
                NullSafety.Require(summary);
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{ "version": 99 }""")]
    public void A_summary_that_says_nothing_is_found(string text)
    {
        using var run = new RunFixture();
        var file = Path.Combine(run.State.History, Remember(run, run.History, RunOutcome.GuestPanic), RunHistory.Summary);
        Assert.Empty(run.History.Read().Unreadable);

        File.WriteAllText(file, text);

        var past = run.History.Read();
        Assert.Equal([file], past.Unreadable);
        Assert.Empty(past.Summaries);
    }

    [Fact]
    public void What_is_no_runs_history_is_passed_over_and_left()
    {
        using var run = new RunFixture();
        var history = run.State.HistoryWithin(new HistorySettings { MaxRuns = 0 }, [], run.Time);
        Directory.CreateDirectory(Path.Combine(run.State.History, "mine"));
        File.WriteAllText(Path.Combine(run.State.History, "notes"), "");
        Remember(run, history, RunOutcome.GuestPanic);

        Assert.Empty(history.Read().Summaries);
        Assert.Equal(2, Directory.GetFileSystemEntries(run.State.History).Length);
    }

    [Fact]
    public void Whoever_finds_a_run_does_not_overwrite_what_its_owner_saw()
    {
        using var run = new RunFixture();
        var id = Remember(run, run.History, RunOutcome.GuestPanic);
        Assert.True(VmId.TryParse(id, out var parsed));
        using var directory = run.State.CreateRun(parsed);

        run.History.Take(directory, parsed, SummaryOf(id, RunOutcome.Abandoned, run));

        Assert.Equal(RunOutcome.GuestPanic, Assert.Single(run.History.Read().Summaries).Outcome);
    }

    private static string Remember(RunFixture run, RunHistory history, RunOutcome outcome, int bytes = 1)
    {
        run.Time.Advance(TimeSpan.FromSeconds(1)); // ids sort by the second
        var id = VmId.Create(run.Time);
        using var directory = run.State.CreateRun(id);
        File.WriteAllBytes(directory.PathOf(RunFiles.ConsoleLog), new byte[bytes]);
        history.Take(directory, id, SummaryOf(id.Value, outcome, run));
        directory.Delete();
        return id.Value;
    }

    private static RunSummary SummaryOf(string id, RunOutcome outcome, RunFixture run) =>
        new() { Run = id, Instance = "vm-1", Ended = run.Time.GetUtcNow(), Outcome = outcome };

    private static void AssertNoSecret(RunFixture run)
    {
        Assert.NotEmpty(run.Remembered);
        foreach (var path in run.Remembered)
        {
            Assert.NotEqual(RunFiles.OldConfigMedia, Path.GetFileName(path));
            Assert.DoesNotContain(Encoding.UTF8.GetString(run.Medium), File.ReadAllText(path, Encoding.Latin1), StringComparison.Ordinal);
        }
    }
}

using Orchestrator.Drivers;
using Orchestrator.State;

namespace Orchestrator.Tests.State;

public sealed class GuestActivityTests
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void A_guest_that_has_said_nothing_of_its_work_is_neither_busy_nor_idle()
    {
        var said = After(new GuestReport.Status("booting"));

        Assert.Equal((null, null, null, "booting"), (said.Busy, said.Since, said.Job, said.Status));
    }

    [Fact]
    public void It_is_busy_from_a_jobs_start_to_its_end_and_idle_since()
    {
        var busy = After(new GuestReport.Ready(), new GuestReport.JobStarted("build"));
        var idle = busy.After(new GuestReport.JobEnded("Succeeded"), At(2));

        Assert.Equal((true, At(1), "build"), (busy.Busy, busy.Since, busy.Job));
        Assert.Equal((false, At(2), null), (idle.Busy, idle.Since, idle.Job));
        Assert.Equal([new GuestJob("build", At(1), At(2), "Succeeded")], idle.Jobs);
    }

    [Fact]
    public void What_is_said_again_is_nothing_new()
    {
        var ready = After(new GuestReport.Ready(), new GuestReport.Status("bored"));

        Assert.Same(ready, ready.After(new GuestReport.Ready(), At(7)));
        Assert.Same(ready, ready.After(new GuestReport.Status("bored"), At(7)));
    }

    [Fact]
    public void A_job_whose_end_is_not_told_ends_with_the_next_thing_that_is()
    {
        Assert.Equal(
            [new GuestJob("one", At(0), At(1)), new GuestJob("two", At(1), At(2))],
            After(new GuestReport.JobStarted("one"), new GuestReport.JobStarted("two"), new GuestReport.Ready()).Jobs);
    }

    [Fact]
    public void A_job_whose_start_was_not_told_is_one_all_the_same() =>
        Assert.Equal(
            [new GuestJob(Ended: At(0), Result: "Failed"), new GuestJob(Ended: At(1))],
            After(new GuestReport.JobEnded("Failed"), new GuestReport.JobEnded(null)).Jobs);

    [Fact]
    public void Of_many_jobs_the_last_are_remembered()
    {
        var said = After([.. Enumerable.Range(0, 100).Select(number => new GuestReport.JobStarted($"{number}"))]);

        Assert.Equal(GuestActivity.MostJobs, said.Jobs.Count);
        Assert.Equal("99", said.Job);
    }

    private static DateTimeOffset At(int seconds) => Begin + TimeSpan.FromSeconds(seconds);

    private static GuestActivity After(params GuestReport[] reports) =>
        reports.Index().Aggregate(new GuestActivity(), (known, next) => known.After(next.Item, At(next.Index)));
}

using Orchestrator.Configuration;
using Orchestrator.Service.Policy;
using Orchestrator.State;

namespace Orchestrator.Tests.Service.Policy;

public sealed class SupervisorPolicyTests
{
    private const long Gibibyte = 1L << 30;

    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(3);

    private readonly List<SupervisorAction> _actions = [];
    private SupervisorState _state = Service();

    [Fact]
    public void Every_instance_is_started_in_the_files_order()
    {
        Describe(Desired("b"), Desired("a"));

        Assert.Equal([new SupervisorAction.Start("b", 1), new SupervisorAction.Start("a", 2)], Taken());
    }

    [Fact]
    public void A_run_that_took_its_time_is_followed_by_the_next_at_once()
    {
        Describe(Desired("a"));
        Taken();

        Happens(new SupervisorSignal.Started(1), new SupervisorSignal.Ended(1, RunOutcome.GuestShutdown, Long, 0));

        Assert.Equal([new SupervisorAction.Start("a", 2)], Taken());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_run_that_fails_or_ends_too_soon_is_followed_after_a_backoff_that_doubles(bool fails)
    {
        Describe(Desired("a"));
        var delays = new List<TimeSpan>();
        for (var token = 1; token <= 12; token++)
        {
            Taken();
            Happens(new SupervisorSignal.Ended(token, fails ? RunOutcome.Failed : RunOutcome.GuestShutdown, fails ? Long : Short, Jitter: 1));
            var backoff = Assert.IsType<SupervisorAction.BackOff>(Assert.Single(Taken()));
            Assert.Equal(token, backoff.Failures);
            delays.Add(backoff.Delay);
            Happens(new SupervisorSignal.BackoffOver("a", backoff.Round));
            Assert.Equal([new SupervisorAction.Start("a", token + 1)], Taken());
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300], delays.Select(delay => delay.TotalSeconds));
    }

    [Theory]
    [InlineData(600, 1, 601)]
    [InlineData(600, 0, 600)]
    [InlineData(0.4, 1, 1)]
    public void Where_others_say_when_to_try_again_the_next_run_begins_then_and_the_instance_is_not_blamed(double hold, double jitter, double delay)
    {
        Describe(Desired("a"));
        Taken();

        Happens(new SupervisorSignal.Ended(1, RunOutcome.Failed, TimeSpan.Zero, jitter) { Hold = TimeSpan.FromSeconds(hold) });

        var backoff = Assert.IsType<SupervisorAction.BackOff>(Assert.Single(Taken()));
        var held = hold > delay / 2;
        Assert.Equal((TimeSpan.FromSeconds(delay), held ? 0 : 1, held), (backoff.Delay, backoff.Failures, backoff.Held));
        Assert.Equal((held ? 0 : 1, held ? 1 : 0), (_state.Instances["a"].Failures, _state.Instances["a"].Holds));

        Happens(new SupervisorSignal.BackoffOver("a", backoff.Round));
        Assert.Equal([new SupervisorAction.Start("a", 2)], Taken());
    }

    [Theory]
    [InlineData(60, "60 120 240 300 300")]
    [InlineData(2400, "2400 2400 2400 2400 2400")]
    public void A_limit_that_is_met_again_and_again_is_waited_for_twice_as_long_each_time_within_bounds(int hold, string delays)
    {
        Describe(Desired("a"));
        var seen = new List<double>();
        for (var token = 1; token <= 5; token++)
        {
            Taken();
            Happens(new SupervisorSignal.Ended(token, RunOutcome.Failed, TimeSpan.Zero, 0) { Hold = TimeSpan.FromSeconds(hold) });
            var backoff = Assert.IsType<SupervisorAction.BackOff>(Assert.Single(Taken()));
            seen.Add(backoff.Delay.TotalSeconds);
            Happens(new SupervisorSignal.BackoffOver("a", backoff.Round));
        }

        Assert.Equal(delays, string.Join(' ', seen));
    }

    [Fact]
    public void A_failure_after_a_rate_limit_is_an_ordinary_one_again()
    {
        Describe(Desired("a"));
        Taken();
        Happens(new SupervisorSignal.Ended(1, RunOutcome.Failed, TimeSpan.Zero, 0) { Hold = TimeSpan.FromMinutes(1) });
        Happens(new SupervisorSignal.BackoffOver("a", Assert.IsType<SupervisorAction.BackOff>(Taken()[^1]).Round));
        Taken();

        Happens(new SupervisorSignal.Ended(2, RunOutcome.Failed, TimeSpan.Zero, Jitter: 1));

        Assert.Equal(TimeSpan.FromSeconds(1), Assert.IsType<SupervisorAction.BackOff>(Assert.Single(Taken())).Delay);
        Assert.Equal(0, _state.Instances["a"].Holds);
    }

    [Fact]
    public void A_success_resets_the_backoff()
    {
        Describe(Desired("a"));
        Fail(1);
        Fail(2);
        Happens(new SupervisorSignal.Ended(3, RunOutcome.GuestShutdown, Long, 0));
        Taken();

        Happens(new SupervisorSignal.Ended(4, RunOutcome.Failed, Long, Jitter: 1));

        Assert.Equal(TimeSpan.FromSeconds(1), Assert.IsType<SupervisorAction.BackOff>(Assert.Single(Taken())).Delay);
    }

    [Fact]
    public void A_run_that_somebody_stopped_counts_neither_way()
    {
        Describe(Desired("a"));
        Fail(1);
        Taken();

        Happens(new SupervisorSignal.Ended(2, RunOutcome.Stopped, Short, 0));

        Assert.Equal([new SupervisorAction.Start("a", 3)], Taken());
        Assert.Equal(1, _state.Instances["a"].Failures);
    }

    [Fact]
    public void What_the_host_cannot_bear_waits_is_told_why_once_and_starts_when_there_is_room()
    {
        Describe(Desired("a", 10), Desired("b", 10), Desired("c", 1));

        Assert.Equal(
            [
                new SupervisorAction.Start("a", 1),
                new SupervisorAction.TellWaiting("b", WaitReason.HostFull, Gib(10), Gib(10)),
                new SupervisorAction.TellWaiting("c", WaitReason.Queue, Gib(1), Gib(10)),
            ],
            Taken());

        Happens(new SupervisorSignal.Started(1));
        Assert.Empty(Taken());

        Happens(new SupervisorSignal.Ended(1, RunOutcome.GuestShutdown, Long, 0));
        Assert.Equal(
            [
                new SupervisorAction.Start("b", 2),
                new SupervisorAction.Start("c", 3),
                new SupervisorAction.TellWaiting("a", WaitReason.HostFull, Gib(10), Gib(10) + Gib(1)),
            ],
            Taken());
    }

    [Fact]
    public void An_instance_that_no_empty_host_could_bear_keeps_nobody_waiting()
    {
        Describe(Desired("huge", 17), Desired("a", 1));

        Assert.Equal(
            [
                new SupervisorAction.TellWaiting("huge", WaitReason.TooLarge, Gib(17), default),
                new SupervisorAction.Start("a", 1),
            ],
            Taken());
    }

    [Fact]
    public void Disks_count_where_there_is_a_bound_on_them()
    {
        _state = Service(new Capacity(16 * Gibibyte, 15 * Gibibyte));
        Describe(Desired("a"), Desired("b"));

        Assert.Equal(
            [new SupervisorAction.Start("a", 1), new SupervisorAction.TellWaiting("b", WaitReason.HostFull, Gib(1), Gib(1))],
            Taken());
    }

    [Fact]
    public void Only_so_many_start_at_a_time_and_nobody_is_told_of_that()
    {
        Describe(Desired("a"), Desired("b"), Desired("c"), Desired("d"), Desired("e"));
        Assert.Equal(4, Taken().Count);

        Happens(new SupervisorSignal.Started(2));

        Assert.Equal([new SupervisorAction.Start("e", 5)], Taken());
    }

    [Fact]
    public void A_changed_instance_is_replaced_while_it_has_no_job_and_after_its_job_otherwise()
    {
        Describe(Desired("idle"), Desired("busy"), Desired("same"));
        Happens(new SupervisorSignal.Started(1), new SupervisorSignal.Started(2), new SupervisorSignal.TrayOpened(2), new SupervisorSignal.Started(3));
        Taken();

        Describe(Desired("idle", version: "2"), Desired("busy", version: "2"), Desired("same"));
        Assert.Equal([new SupervisorAction.Stop("idle", 1, "its description or base image changed"), new SupervisorAction.Retire(2)], Taken());

        Happens(new SupervisorSignal.Ended(1, RunOutcome.Failed, Short, 0), new SupervisorSignal.Ended(2, RunOutcome.GuestShutdown, Long, 0));
        Assert.Equal([new SupervisorAction.Start("idle", 4), new SupervisorAction.Start("busy", 5)], Taken());
        Assert.Equal("2", _state.Instances["busy"].Runs[0].Version);
    }

    [Fact]
    public void An_instance_that_left_the_file_ends_at_once_without_a_job_and_after_its_job_otherwise()
    {
        Describe(Desired("idle"), Desired("busy"));
        Happens(new SupervisorSignal.TrayOpened(2));
        Taken();

        Describe();
        Assert.Equal([new SupervisorAction.Retire(2), new SupervisorAction.Stop("idle", 1, "it is no longer in the instances file")], Taken());

        Happens(new SupervisorSignal.Ended(1, RunOutcome.Stopped, Short, 0), new SupervisorSignal.Ended(2, RunOutcome.Failed, Long, 0));
        Assert.Empty(Taken());
        Assert.Empty(_state.Instances);
    }

    [Fact]
    public void A_new_description_ends_a_backoff()
    {
        Describe(Desired("a"));
        Happens(new SupervisorSignal.Ended(1, RunOutcome.Failed, Short, 0));
        var old = Assert.IsType<SupervisorAction.BackOff>(Taken()[^1]);

        Describe(Desired("a", version: "2"));
        Assert.Equal([new SupervisorAction.Start("a", 2)], Taken());

        Happens(new SupervisorSignal.Ended(2, RunOutcome.Failed, Short, 0), new SupervisorSignal.BackoffOver("a", old.Round));
        Assert.IsType<SupervisorAction.BackOff>(Assert.Single(Taken()));
    }

    [Fact]
    public void An_adopted_run_is_an_instances_run_and_counts()
    {
        Happens(new SupervisorSignal.Found("run-1", "a", "1", Gib(10), 2201));
        Describe(Desired("a", 10), Desired("b", 10));

        Assert.Equal(
            [
                new SupervisorAction.Adopt("a", 1, "run-1"),
                new SupervisorAction.TellWaiting("b", WaitReason.HostFull, Gib(10), Gib(10)),
            ],
            Taken());

        Happens(new SupervisorSignal.Ended(1, RunOutcome.GuestShutdown, Long, 0));
        Assert.Equal(new SupervisorAction.Start("b", 2), Taken()[0]);
    }

    [Fact]
    public void An_adopted_run_may_have_taken_its_job_while_nobody_watched_so_it_is_replaced_only_afterwards()
    {
        Happens(new SupervisorSignal.Found("run-1", "a", "an older version", Gib(1), null));
        Describe(Desired("a"));

        Assert.Equal([new SupervisorAction.Adopt("a", 1, "run-1"), new SupervisorAction.Retire(1)], Taken());

        Happens(new SupervisorSignal.Ended(1, RunOutcome.GuestShutdown, Long, 0));
        Assert.Equal([new SupervisorAction.Start("a", 2)], Taken());
    }

    [Fact]
    public void A_guest_that_says_that_it_works_is_not_touched_nor_one_that_may_be_given_work()
    {
        Describe(Desired("waits"), Desired("works"), Desired("works-with-a-closed-tray"), Desired("knows-nothing"));
        Happens(
            new SupervisorSignal.TrayOpened(1), new SupervisorSignal.GuestSaid(1, Busy: false),
            new SupervisorSignal.GuestSaid(2, Busy: false), new SupervisorSignal.TrayOpened(2), new SupervisorSignal.GuestSaid(2, Busy: true),
            new SupervisorSignal.GuestSaid(3, Busy: true),
            new SupervisorSignal.GuestSaid(4, Busy: true), new SupervisorSignal.GuestSaid(4, Busy: false));
        Taken();

        Describe();

        var taken = Taken();
        Assert.Equal([4], taken.OfType<SupervisorAction.Stop>().Select(stop => stop.Token).Order());
        Assert.Equal([1, 2, 3], taken.OfType<SupervisorAction.Retire>().Select(retire => retire.Token).Order());

        Describe();
        Assert.Empty(Taken()); // each is asked once
    }

    [Fact]
    public void A_machine_that_nobody_gave_a_job_or_that_GitHub_dropped_while_it_waited_is_followed_by_the_next_without_a_pause()
    {
        Describe(Desired("a"));
        Happens(new SupervisorSignal.TrayOpened(1), new SupervisorSignal.GuestSaid(1, Busy: false));
        Happens(new SupervisorSignal.Ended(1, RunOutcome.Idle, Long, 0));
        Assert.Equal([new SupervisorAction.Start("a", 1), new SupervisorAction.Start("a", 2)], Taken());

        Happens(new SupervisorSignal.GuestSaid(2, Busy: false), new SupervisorSignal.Ended(2, RunOutcome.GuestShutdown, Long, 0));
        Assert.Equal([new SupervisorAction.Start("a", 3)], Taken());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(true)]
    [InlineData(false)]
    public void An_adopted_run_is_not_touched_whatever_its_guest_said_last(bool? saidBusy)
    {
        Happens(new SupervisorSignal.Found("run-1", "a", "an older version", Gib(1), null, saidBusy));
        Describe(Desired("a"));

        Assert.Empty(Taken().OfType<SupervisorAction.Stop>());
    }

    [Fact]
    public void An_instance_whose_port_another_ones_machine_still_has_waits_for_it_and_nobody_else_does()
    {
        Happens(new SupervisorSignal.Found("run-1", "old-name", "1", Gib(1), 2201));
        Describe(Desired("new-name") with { SshPort = 2201 }, Desired("other") with { SshPort = 2202 });

        Assert.Equal(
            [
                new SupervisorAction.Adopt("old-name", 1, "run-1"),
                new SupervisorAction.Retire(1),
                new SupervisorAction.TellWaiting("new-name", WaitReason.PortTaken, Gib(1), Gib(1)),
                new SupervisorAction.Start("other", 2),
            ],
            Taken());

        Happens(new SupervisorSignal.Ended(1, RunOutcome.GuestShutdown, Long, 0));
        Assert.Equal([new SupervisorAction.Start("new-name", 3)], Taken());
    }

    [Theory]
    [InlineData(DrainMode.Finish)]
    [InlineData(DrainMode.PowerDown)]
    internal void Whoever_wanted_the_machines_to_end_may_still_have_them_left(DrainMode mode)
    {
        Describe(Desired("a"), Desired("b"));
        Happens(new SupervisorSignal.TrayOpened(1), new SupervisorSignal.TrayOpened(2), new SupervisorSignal.Drain(mode));
        Taken();

        Happens(new SupervisorSignal.Drain(DrainMode.Leave));
        Assert.Equal([new SupervisorAction.Leave(1), new SupervisorAction.Leave(2)], Taken());

        Happens(new SupervisorSignal.Drain(DrainMode.Leave), new SupervisorSignal.Drain(DrainMode.PowerDown), new SupervisorSignal.Insist());
        Assert.Empty(Taken());
    }

    [Fact]
    public void Machines_that_are_being_killed_cannot_be_left_any_more()
    {
        Describe(Desired("a"));
        Happens(new SupervisorSignal.Drain(DrainMode.PowerDown), new SupervisorSignal.Insist());
        Taken();

        Happens(new SupervisorSignal.Drain(DrainMode.Leave));

        Assert.Empty(Taken());
    }

    [Fact]
    public void Draining_asks_every_guest_to_power_down_and_starts_nothing_more()
    {
        Describe(Desired("a"), Desired("b"));
        Happens(new SupervisorSignal.TrayOpened(1));
        Taken();

        Happens(new SupervisorSignal.Drain(DrainMode.PowerDown));
        Assert.Equal([new SupervisorAction.Stop("a", 1, null), new SupervisorAction.Stop("b", 2, null)], Taken());

        Happens(new SupervisorSignal.Ended(1, RunOutcome.GuestShutdown, Long, 0));
        Assert.Empty(Taken());
        Happens(new SupervisorSignal.Ended(2, RunOutcome.Failed, Long, 0));
        Assert.Equal([new SupervisorAction.Finish()], Taken());
        Describe(Desired("a"));
        Assert.Empty(Taken());
    }

    [Fact]
    public void Asked_once_more_a_service_kills()
    {
        Describe(Desired("a"));
        Taken();

        Happens(new SupervisorSignal.Drain(DrainMode.PowerDown), new SupervisorSignal.Insist(), new SupervisorSignal.Insist());

        Assert.Equal([new SupervisorAction.Stop("a", 1, null), new SupervisorAction.Kill(1)], Taken());
    }

    [Fact]
    public void Guests_with_a_job_may_finish_it_until_the_deadline()
    {
        Describe(Desired("busy"), Desired("idle"));
        Happens(new SupervisorSignal.TrayOpened(1));
        Taken();

        Happens(new SupervisorSignal.Drain(DrainMode.Finish));
        Assert.Equal([new SupervisorAction.AwaitDeadline(), new SupervisorAction.Retire(1), new SupervisorAction.Stop("idle", 2, "it has no job yet")], Taken());

        Happens(new SupervisorSignal.DeadlineOver());
        Assert.Equal([new SupervisorAction.Stop("busy", 1, null)], Taken());
        Happens(new SupervisorSignal.Insist());
        Assert.Equal([new SupervisorAction.Kill(1), new SupervisorAction.Kill(2)], Taken());
    }

    [Fact]
    public void Machines_that_are_left_are_never_killed()
    {
        Describe(Desired("a"));
        Taken();

        Happens(new SupervisorSignal.Drain(DrainMode.Leave), new SupervisorSignal.Insist());
        Assert.Equal([new SupervisorAction.Leave(1)], Taken());

        Happens(new SupervisorSignal.Ended(1, RunOutcome.Stopped, Long, 0));
        Assert.Equal([new SupervisorAction.Finish()], Taken());
    }

    [Fact]
    public void A_service_without_runs_ends_at_once()
    {
        Happens(new SupervisorSignal.Drain(DrainMode.Finish));

        Assert.Equal(new SupervisorAction.Finish(), Taken()[^1]);
        Assert.True(_state.Over);
    }

    internal static SupervisorState Service(Capacity? capacity = null) => new(new SupervisorLimits
    {
        Capacity = capacity ?? new Capacity(16 * Gibibyte, DiskBytes: 1000 * Gibibyte),
        TooSoon = TimeSpan.FromSeconds(10),
        MostStarting = 4,
    });

    internal static DesiredInstance Desired(string name, long gibibytes = 1, string version = "1") => new(name, version, Gib(gibibytes));

    private static Demand Gib(long memory) => new(memory * Gibibyte, 10 * Gibibyte);

    private void Fail(int token)
    {
        Happens(new SupervisorSignal.Ended(token, RunOutcome.Failed, Short, 0));
        Happens(new SupervisorSignal.BackoffOver("a", _state.Instances["a"].BackoffRound));
    }

    private void Describe(params DesiredInstance[] desired) => Happens(new SupervisorSignal.Described(desired));

    private void Happens(params SupervisorSignal[] signals)
    {
        foreach (var signal in signals)
        {
            (_state, var actions) = SupervisorPolicy.Next(_state, signal);
            _actions.AddRange(actions);
        }
    }

    private List<SupervisorAction> Taken()
    {
        var taken = _actions.ToList();
        _actions.Clear();
        return taken;
    }
}

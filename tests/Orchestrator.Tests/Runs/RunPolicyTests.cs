using CsCheck;
using Orchestrator.Drivers;
using Orchestrator.Leases;
using Orchestrator.Runs;
using Orchestrator.State;

namespace Orchestrator.Tests.Runs;

public sealed class RunPolicyTests
{
    private static readonly VmExit Exit = new(VmExitReason.GuestShutdown, "");

    private static readonly StorageView Full = new(HasRoom: false, IsAwaited: true, IsLargest: false);
    private static readonly StorageView Room = new(HasRoom: true, IsAwaited: false, IsLargest: false);

    private static readonly RunSignal[] Signals =
    [
        new RunSignal.Machine(new VmEvent.TrayOpened()),
        new RunSignal.Machine(new VmEvent.TrayClosed()),
        new RunSignal.Machine(new VmEvent.GuestRebooted()),
        new RunSignal.Machine(new VmEvent.GuestPanicked()),
        new RunSignal.Machine(new VmEvent.StorageFull()),
        new RunSignal.Machine(new VmEvent.StorageLimitReached("quota")),
        new RunSignal.Machine(new VmEvent.NetworkLost("gone")),
        new RunSignal.StorageSeen(Full),
        new RunSignal.StorageSeen(Full with { IsLargest = true }),
        new RunSignal.StorageSeen(Room),
        new RunSignal.RoomOverdue(),
        new RunSignal.ResumeStuck("stuck"),
        new RunSignal.Machine(new VmEvent.ControlLost("gone")),
        new RunSignal.Machine(new VmEvent.ControlRestored()),
        new RunSignal.Machine(new VmEvent.Stopped(Exit)),
        new RunSignal.TimeUp(),
        new RunSignal.GraceOver(),
        new RunSignal.StillThere(),
        new RunSignal.SparedLongEnough(),
        new RunSignal.StopRequested(),
        new RunSignal.KillRequested(),
        new RunSignal.MediumRemoved(),
        new RunSignal.MediumStuck("stuck"),
        new RunSignal.PowerButtonStuck("stuck"),
        new RunSignal.ConfigOverdue(),
        new RunSignal.Machine(new VmEvent.GuestSaid(new GuestReport.Ready())),
        new RunSignal.Machine(new VmEvent.GuestSaid(new GuestReport.JobStarted("build"))),
        new RunSignal.Machine(new VmEvent.GuestSaid(new GuestReport.JobEnded(null))),
        .. Enum.GetValues<RetireReason>().Select(reason => new RunSignal.RetireRequested(reason)),
        new RunSignal.LeasesReturned(true),
        new RunSignal.LeasesReturned(false),
        new RunSignal.LeasesKept("busy"),
        new RunSignal.LeasesSeen(LeaseView.Gone),
        new RunSignal.LeasesSeen(LeaseView.InUse),
        new RunSignal.NoJobCame(),
    ];

    private static readonly Gen<RunSignal> AnySignal = Gen.Int[0, Signals.Length - 1].Select(index => Signals[index]);

    [Fact]
    public void The_first_opening_of_the_tray_removes_the_medium_and_later_ones_do_nothing()
    {
        var (removing, first) = Next(RunState.Started, new RunSignal.Machine(new VmEvent.TrayOpened()));
        var (_, second) = Next(removing, new RunSignal.Machine(new VmEvent.TrayOpened()));
        var (removed, after) = Next(removing, new RunSignal.MediumRemoved());
        var (_, third) = Next(removed, new RunSignal.Machine(new VmEvent.TrayOpened()));

        Assert.Equal([new RunAction.RemoveMedium()], first);
        Assert.Empty(second);
        Assert.Empty(after);
        Assert.Empty(third);
    }

    [Fact]
    public void A_medium_that_cannot_be_removed_costs_the_machine_its_life()
    {
        var (state, actions) = Next(RunState.Started, new RunSignal.MediumStuck("no"));

        Assert.Equal(StopCause.MediumStuck, state.Cause);
        Assert.Equal([new RunAction.Kill("no")], actions);
    }

    [Fact]
    public void Time_that_is_up_asks_first_and_kills_after_the_grace()
    {
        var (asked, asking) = Next(RunState.Started, new RunSignal.TimeUp());
        var (killed, killing) = Next(asked, new RunSignal.GraceOver());

        Assert.Equal([new RunAction.AskToPowerDown(StopCause.TimeLimit)], asking);
        Assert.IsType<RunAction.Kill>(Assert.Single(killing));
        Assert.Equal(StopCause.TimeLimit, killed.Cause);
    }

    [Fact]
    public void The_first_cause_is_the_one_reported()
    {
        var (state, _) = Next(RunState.Started, new RunSignal.TimeUp());
        (state, var actions) = Next(state, new RunSignal.StopRequested());
        Assert.Empty(actions);
        (state, _) = Next(state, new RunSignal.KillRequested());

        Assert.Equal(StopCause.TimeLimit, state.Cause);
        Assert.True(state.Killing);
    }

    [Fact]
    public void The_power_button_is_pressed_again_until_the_guest_is_over_or_killed()
    {
        var (unasked, early) = Next(RunState.Started, new RunSignal.StillThere());
        var (asked, _) = Next(unasked, new RunSignal.StopRequested());
        var (again, pressing) = Next(asked, new RunSignal.StillThere());
        var (killed, _) = Next(again, new RunSignal.GraceOver());

        Assert.Empty(early);
        Assert.Equal([new RunAction.PressPowerButton()], pressing);
        Assert.Empty(Next(killed, new RunSignal.StillThere()).Actions);
    }

    [Fact]
    public void A_power_button_that_cannot_be_pressed_is_followed_by_a_kill()
    {
        var (state, _) = Next(RunState.Started, new RunSignal.StopRequested());
        var (_, actions) = Next(state, new RunSignal.PowerButtonStuck("no answer"));

        Assert.Equal([new RunAction.Kill("no answer")], actions);
    }

    [Fact]
    public void On_a_full_disk_the_largest_machine_is_ended_whether_it_asks_for_room_or_not_and_only_where_one_does()
    {
        var largest = new RunSignal.StorageSeen(Full with { IsLargest = true });
        var (asking, waits) = Next(RunState.Started, new RunSignal.Machine(new VmEvent.StorageFull()));

        Assert.Equal([new RunAction.AwaitRoom()], waits);
        foreach (var state in (RunState[])[RunState.Started, asking])
        {
            var (ended, actions) = Next(state, largest);
            Assert.IsType<RunAction.Kill>(Assert.Single(actions));
            Assert.Equal(StopCause.StorageFull, ended.Cause);
            Assert.Empty(Next(state, new RunSignal.StorageSeen(Full with { IsAwaited = false, IsLargest = true })).Actions);
            Assert.Empty(Next(state, new RunSignal.StorageSeen(Full)).Actions);
        }
    }

    [Fact]
    public void A_machine_that_waits_for_room_tries_again_when_there_is_some_until_it_succeeds_or_its_patience_ends()
    {
        var full = new RunSignal.Machine(new VmEvent.StorageFull());
        var (waiting, _) = Next(RunState.Started, full);
        var (trying, resume) = Next(waiting, new RunSignal.StorageSeen(Room));
        var (again, nothing) = Next(trying, full);
        var (overdue, kill) = Next(again, new RunSignal.RoomOverdue());
        var (enough, stop) = Next(trying, new RunSignal.StorageSeen(Room));

        Assert.Equal([new RunAction.Resume()], resume);
        Assert.Empty(nothing);
        Assert.IsType<RunAction.Kill>(Assert.Single(kill));
        Assert.Equal(StopCause.StorageFull, overdue.Cause);
        Assert.Equal([new RunAction.StopAwaitingRoom()], stop);
        Assert.Equal(RunState.Started, enough);
        Assert.Empty(Next(enough, new RunSignal.RoomOverdue()).Actions);
    }

    [Fact]
    public void A_write_that_a_quota_refused_ends_the_machine_for_the_same_reason_and_waits_for_nobody()
    {
        var (state, actions) = Next(RunState.Started, new RunSignal.Machine(new VmEvent.StorageLimitReached("Disk quota exceeded")));

        Assert.Equal(StopCause.StorageFull, state.Cause);
        Assert.Contains("Disk quota exceeded", Assert.IsType<RunAction.Kill>(Assert.Single(actions)).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_happens_in_whatever_order_each_action_is_taken_at_most_once_and_none_after_the_end() =>
        AnySignal.List[0, 40].Sample(signals =>
        {
            var state = RunState.Started;
            var taken = new List<RunAction>();
            foreach (var signal in signals)
            {
                var over = state.Exit is not null;
                (state, var actions) = Next(state, signal);
                Assert.False(over && actions.Count > 0);
                taken.AddRange(actions);
            }

            Assert.True(taken.Count(action => action is RunAction.Kill) <= 1);
            Assert.True(taken.Count(action => action is RunAction.AskToPowerDown) <= 1);
            Assert.True(taken.Count(action => action is RunAction.RemoveMedium) <= 1);
            Assert.Equal(signals.Any(signal => signal is RunSignal.Machine { Happened: VmEvent.Stopped }), state.Exit is not null);
        });

    [Theory]
    [InlineData(RetireReason.Outdated)]
    [InlineData(RetireReason.NoJob)]
    internal void Whoever_asks_in_person_hears_of_it_and_what_was_to_be_done_besides_still_is(RetireReason pending)
    {
        var (state, _) = Next(RunState.Started, new RunSignal.RetireRequested(pending));
        (state, var asked) = Next(state, new RunSignal.RetireRequested(RetireReason.Asked));
        Assert.Empty(asked);

        (state, var spared) = Next(state, new RunSignal.LeasesKept("busy (422)"));
        Assert.Equal([new RunAction.Spare("busy (422)", pending, Asked: true)], spared);

        (_, var again) = Next(state, new RunSignal.RetireRequested(pending));
        Assert.Equal([new RunAction.ReturnLeases(pending, SaysIdle: false)], again);
    }

    [Fact]
    public void Of_a_machine_that_is_on_its_way_down_nobody_is_told_that_it_goes_on()
    {
        var (state, _) = Next(RunState.Started, new RunSignal.RetireRequested(RetireReason.Asked));
        (state, _) = Next(state, new RunSignal.TimeUp());

        Assert.Empty(Next(state, new RunSignal.LeasesKept("busy (422)")).Actions);
        Assert.Empty(Next(state, new RunSignal.LeasesReturned(HeldAny: true)).Actions);
    }

    [Fact]
    public void Of_a_guest_that_works_a_person_is_told_so_and_what_is_outdated_ends_after_its_job()
    {
        var (state, _) = Next(RunState.Started, new RunSignal.Machine(new VmEvent.GuestSaid(new GuestReport.JobStarted(null))));
        (state, _) = Next(state, new RunSignal.RetireRequested(RetireReason.Outdated));
        (state, var told) = Next(state, new RunSignal.RetireRequested(RetireReason.Asked));
        Assert.Equal([new RunAction.Spare("its guest works", Again: null, Asked: true)], told);

        (_, var ended) = Next(state, new RunSignal.Machine(new VmEvent.GuestSaid(new GuestReport.JobEnded(null))));
        Assert.Equal([new RunAction.ReturnLeases(RetireReason.Outdated, SaysIdle: true)], ended);
    }

    [Fact]
    public void A_guest_that_says_now_that_it_works_and_now_that_it_waits_has_GitHub_asked_no_more_often()
    {
        var (state, _) = Next(RunState.Started, new RunSignal.RetireRequested(RetireReason.Outdated));
        (state, var spared) = Next(state, new RunSignal.LeasesKept("busy (422)"));
        Assert.Equal([new RunAction.Spare("busy (422)", RetireReason.Outdated)], spared);

        for (var number = 0; number < 100; number++)
        {
            (state, var works) = Next(state, new RunSignal.Machine(new VmEvent.GuestSaid(new GuestReport.JobStarted(null))));
            (state, var waits) = Next(state, new RunSignal.Machine(new VmEvent.GuestSaid(new GuestReport.JobEnded(null))));
            Assert.Empty(works.Concat(waits));
        }

        var (_, again) = Next(state, new RunSignal.RetireRequested(RetireReason.Outdated));
        Assert.Equal([new RunAction.ReturnLeases(RetireReason.Outdated, SaysIdle: true)], again);

        // What works when it is tried again is so as soon as it has done its job.
        (state, _) = Next(state, new RunSignal.Machine(new VmEvent.GuestSaid(new GuestReport.JobStarted(null))));
        (state, var none) = Next(state, new RunSignal.RetireRequested(RetireReason.Outdated));
        var (_, after) = Next(state, new RunSignal.Machine(new VmEvent.GuestSaid(new GuestReport.JobEnded(null))));
        Assert.Empty(none);
        Assert.Equal(again, after);
    }

    [Fact]
    public void What_was_spared_is_tried_again_for_what_is_pending_by_then_and_not_where_nothing_is()
    {
        var (state, _) = Next(RunState.Started, new RunSignal.RetireRequested(RetireReason.NoJob));
        (state, _) = Next(state, new RunSignal.LeasesKept("busy (422)"));
        Assert.Equal([new RunAction.ReturnLeases(RetireReason.NoJob, SaysIdle: false)], Next(state, new RunSignal.SparedLongEnough()).Actions);

        // A job began: whoever waits for the next one waits anew.
        (state, _) = Next(state, new RunSignal.Machine(new VmEvent.GuestSaid(new GuestReport.JobStarted(null))));
        (state, _) = Next(state, new RunSignal.Machine(new VmEvent.GuestSaid(new GuestReport.JobEnded(null))));
        (state, var none) = Next(state, new RunSignal.SparedLongEnough());
        Assert.Empty(none);
        Assert.Empty(Next(state, new RunSignal.Machine(new VmEvent.GuestSaid(new GuestReport.Ready()))).Actions);
    }

    [Fact]
    public void Whatever_happens_in_whatever_order_no_guest_that_works_is_ended_for_want_of_a_job() =>
        AnySignal.List[0, 40].Sample(signals =>
        {
            var state = RunState.Started;
            foreach (var signal in signals)
            {
                var working = state.Working;
                (state, var actions) = Next(state, signal);
                if (actions.Contains(new RunAction.AskToPowerDown(StopCause.Idle)))
                {
                    Assert.NotEqual(true, working);
                    Assert.True(signal is RunSignal.NoJobCame or RunSignal.LeasesReturned { HeldAny: false });
                }
            }
        });

    private static (RunState State, IReadOnlyList<RunAction> Actions) Next(RunState state, RunSignal signal) => RunPolicy.Next(state, signal);
}

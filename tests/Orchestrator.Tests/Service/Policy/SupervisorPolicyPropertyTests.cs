using CsCheck;
using Orchestrator.Configuration;
using Orchestrator.Service.Policy;
using Orchestrator.State;

namespace Orchestrator.Tests.Service.Policy;

/// <summary>Whatever happens in whatever order, these hold.</summary>
public sealed class SupervisorPolicyPropertyTests
{
    private const int Names = 5;

    // Signals are drawn as numbers and made to fit the state they meet, so that most of them mean something.
    private static readonly Gen<(int Kind, int Which, double Chance)[]> Stories =
        Gen.Select(Gen.Int[0, 99], Gen.Int[0, 999], Gen.Double[0, 1]).Array[0, 120];

    [Fact]
    public void A_service_never_overcommits_never_runs_an_instance_twice_and_tells_nothing_twice() => Stories.Sample(story =>
    {
        var state = SupervisorPolicyTests.Service();
        var told = new HashSet<string>();
        var backingOff = new HashSet<string>();
        var finished = 0;
        foreach (var (kind, which, chance) in story)
        {
            var signal = Draw(state, kind, which, chance);
            var before = state;
            (state, var actions) = SupervisorPolicy.Next(state, signal);
            if (signal is SupervisorSignal.Described)
            {
                told.Clear();
                backingOff.Clear();
            }
            else if (signal is SupervisorSignal.BackoffOver(var rested, _))
            {
                backingOff.Remove(rested);
            }

            foreach (var action in actions)
            {
                switch (action)
                {
                    case SupervisorAction.Start(var name, var token):
                        Assert.Null(before.Draining);
                        Assert.DoesNotContain(name, backingOff);
                        Assert.Single(state.Instances[name].Runs, run => run.Token == token);
                        told.Remove(name);
                        break;
                    case SupervisorAction.TellWaiting(var name, _, _, _):
                        Assert.True(told.Add(name), $"{name} was told twice");
                        break;
                    case SupervisorAction.BackOff backoff:
                        Assert.InRange(backoff.Delay, Backoff.First / 2, Backoff.Longest);
                        backingOff.Add(backoff.Instance);
                        break;
                    case SupervisorAction.Finish:
                        finished++;
                        break;
                }
            }

            Assert.True(state.Limits.Capacity.Allows(state.Committed));
            Assert.True(state.Runs.Count(run => !run.Started) <= state.Limits.MostStarting);
            Assert.All(state.Instances.Values, instance => Assert.True(instance.Runs.Count <= 1));
            Assert.Equal(state.Over ? 1 : 0, finished);
            Assert.Equal(state.Over, state.Draining is not null && !state.Runs.Any());
        }
    });

    [Fact]
    public void Nobody_waits_for_ever_where_runs_end() => Stories.Sample(story =>
    {
        var state = SupervisorPolicyTests.Service();
        foreach (var (kind, which, chance) in story.Where(item => item.Kind < 90))
        {
            (state, _) = SupervisorPolicy.Next(state, Draw(state, kind, which, chance));
        }

        var waiting = state.Instances.Where(entry => entry.Value.Ticket is not null && state.Limits.Capacity.Allows(entry.Value.Desired!.Demand))
            .Select(entry => entry.Key)
            .ToHashSet();
        for (var turn = 0; turn < 4 * Names && waiting.Count > 0; turn++)
        {
            // The longest-running ends each time, and wants to start anew at once.
            var first = state.Runs.MinBy(run => run.Token);
            Assert.NotNull(first);
            (state, var actions) = SupervisorPolicy.Next(state, new SupervisorSignal.Ended(first.Token, RunOutcome.Stopped, default, 0));
            waiting.ExceptWith(actions.OfType<SupervisorAction.Start>().Select(start => start.Instance));
        }

        Assert.Empty(waiting);
    });

    private static SupervisorSignal Draw(SupervisorState state, int kind, int which, double chance)
    {
        var runs = state.Runs.ToList();
        var run = runs.Count == 0 ? 0 : runs[which % runs.Count].Token;
        var name = ((char)('a' + (which % Names))).ToString();
        return kind switch
        {
            < 15 => new SupervisorSignal.Described(
                [.. Enumerable.Range(0, Names).Where(index => ((which >> index) & 1) == 1).Select(index => SupervisorPolicyTests.Desired(
                    ((char)('a' + index)).ToString(), 1 + ((which + (7 * index)) % 17), (which % 3).ToString(System.Globalization.CultureInfo.InvariantCulture)))]),
            < 35 => new SupervisorSignal.Started(run),
            < 50 => new SupervisorSignal.TrayOpened(run),
            < 75 => new SupervisorSignal.Ended(run, (RunOutcome)(which % Enum.GetValues<RunOutcome>().Length), TimeSpan.FromSeconds(chance * 20), chance),
            < 96 => new SupervisorSignal.BackoffOver(name, state.Instances.GetValueOrDefault(name)?.BackoffRound ?? 0),
            < 97 => new SupervisorSignal.Drain((DrainMode)(which % 3)),
            < 98 => new SupervisorSignal.DeadlineOver(),
            _ => new SupervisorSignal.Insist(),
        };
    }
}

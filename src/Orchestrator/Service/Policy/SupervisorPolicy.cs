using System.Collections.Immutable;
using Orchestrator.Configuration;
using Orchestrator.State;

namespace Orchestrator.Service.Policy;

/// <summary>
/// Every decision of a service about its instances, as a pure function: what is known and what just happened give what is known now and what
/// to do.
/// </summary>
internal static class SupervisorPolicy
{
    /// <summary>Decides.</summary>
    /// <returns>The new state, and the actions to take in order.</returns>
    public static (SupervisorState State, IReadOnlyList<SupervisorAction> Actions) Next(SupervisorState state, SupervisorSignal signal)
    {
        if (state.Over)
        {
            return (state, []);
        }

        var actions = new List<SupervisorAction>();
        state = Apply(state, signal, actions);
        state = Forget(state);
        if (state.Draining is null)
        {
            return (Admission.Start(state, actions), actions);
        }

        if (!state.Runs.Any())
        {
            state = state with { Over = true };
            actions.Add(new SupervisorAction.Finish());
        }

        return (state, actions);
    }

    private static SupervisorState Apply(SupervisorState state, SupervisorSignal signal, List<SupervisorAction> actions) => signal switch
    {
        SupervisorSignal.Described(var desired) => Describe(state, desired, actions),
        SupervisorSignal.Found found => Adopt(state, found, actions),
        SupervisorSignal.Started(var token) => Change(state, token, run => run with { Started = true }),
        SupervisorSignal.TrayOpened(var token) => Change(state, token, run => run with { TrayOpened = true }),
        SupervisorSignal.GuestSaid(var token, var busy) => Change(state, token, run => run with { SaysBusy = busy }),
        SupervisorSignal.Ended ended => End(state, ended, actions),
        SupervisorSignal.BackoffOver(var name, var round) => EndBackoff(state, name, round),
        SupervisorSignal.Drain(var mode) when state.Draining is null || (mode == DrainMode.Leave && state.MayStillLeave) => Drain(state, mode, actions),
        SupervisorSignal.Insist => Insist(state, actions),
        SupervisorSignal.DeadlineOver when state.Draining == DrainMode.Finish => StopAll(state with { Draining = DrainMode.PowerDown }, actions),
        _ => state,
    };

    private static SupervisorState Describe(SupervisorState state, IReadOnlyList<DesiredInstance> desired, List<SupervisorAction> actions)
    {
        var gone = state.Instances.Keys.Except(desired.Select(instance => instance.Name)).ToList();
        foreach (var name in gone)
        {
            state = StopIdle(With(state, name, Undesire(state.Instances[name])), name, "it is no longer in the instances file", actions);
        }

        foreach (var instance in desired)
        {
            var known = state.Instances.GetValueOrDefault(instance.Name) ?? new SupervisedInstance();
            if (known.Desired != instance)
            {
                // What went wrong with the old description says nothing about the new one.
                known = known with { Desired = instance, Failures = 0, Holds = 0, BackingOff = false, BackoffRound = known.BackoffRound + 1, Waits = null };
            }

            if (known.Ticket is null && known.WantsToStart)
            {
                known = known with { Ticket = state.NextTicket };
                state = state with { NextTicket = state.NextTicket + 1 };
            }

            state = StopIdle(With(state, instance.Name, known), instance.Name, "its description or base image changed", actions);
        }

        return state;
    }

    private static SupervisedInstance Undesire(SupervisedInstance instance) =>
        instance with { Desired = null, BackingOff = false, BackoffRound = instance.BackoffRound + 1, Ticket = null, Waits = null };

    // Copies of something outdated that have no job.
    private static SupervisorState StopIdle(SupervisorState state, string name, string why, List<SupervisorAction> actions)
    {
        var instance = state.Instances[name];
        foreach (var run in instance.Runs.Where(run => !run.Ending && run.Version != instance.Desired?.Version))
        {
            if (!run.Busy)
            {
                state = Stop(state, name, run, why, actions);
            }
            else if (!run.Retiring)
            {
                // It may be given a job at any moment, or have one that nobody has heard of. One that works is asked too: it has done its work before it ends, perhaps.
                actions.Add(new SupervisorAction.Retire(run.Token));
                state = Change(state, run.Token, known => known with { Retiring = true });
            }
        }

        return state;
    }

    private static SupervisorState Adopt(SupervisorState state, SupervisorSignal.Found found, List<SupervisorAction> actions)
    {
        // What its guest did while nobody watched, nobody knows: it may have taken its job and closed the tray again.
        var run = new LiveRun(state.NextToken, found.Version, found.Demand, found.SshPort)
        {
            Started = true,
            TrayOpened = true,
            SaysBusy = found.SaysBusy,
        };
        var known = state.Instances.GetValueOrDefault(found.Instance) ?? new SupervisedInstance();
        actions.Add(new SupervisorAction.Adopt(found.Instance, run.Token, found.Run));
        return With(state, found.Instance, known with { Runs = known.Runs.Add(run), Ticket = null }) with { NextToken = state.NextToken + 1 };
    }

    private static SupervisorState End(SupervisorState state, SupervisorSignal.Ended ended, List<SupervisorAction> actions)
    {
        if (Find(state, ended.Token) is not ({ } name, { } run))
        {
            return state;
        }

        var instance = state.Instances[name];
        instance = instance with { Runs = instance.Runs.Remove(run) };

        // One that was asked to end may do so in any manner.
        var wanted = run.Ending || ended.Outcome is RunOutcome.Stopped or RunOutcome.Left;
        var worked = ended.Outcome is RunOutcome.GuestShutdown or RunOutcome.TimeLimit or RunOutcome.Idle;
        if (!wanted && (!worked || ended.Lasted < state.Limits.TooSoon))
        {
            // That others have to be waited for says nothing about the instance.
            var delay = Backoff.After(instance.Failures + 1, ended.Jitter);
            var held = ended.Hold > delay;
            instance = instance with { Failures = instance.Failures + (held ? 0 : 1), Holds = held ? instance.Holds + 1 : 0 };
            if (state.Draining is null && instance is { Desired: not null, Runs.IsEmpty: true })
            {
                instance = instance with { BackingOff = true, BackoffRound = instance.BackoffRound + 1 };
                delay = held ? Backoff.Until(ended.Hold, instance.Holds, ended.Jitter) : delay;
                actions.Add(new SupervisorAction.BackOff(name, instance.BackoffRound, delay, instance.Failures) { Held = held });
            }
        }
        else if (!wanted)
        {
            instance = instance with { Failures = 0, Holds = 0 };
        }

        return Queue(With(state, name, instance), name);
    }

    private static SupervisorState EndBackoff(SupervisorState state, string name, int round) =>
        state.Instances.GetValueOrDefault(name) is { BackingOff: true } instance && instance.BackoffRound == round
            ? Queue(With(state, name, instance with { BackingOff = false }), name)
            : state;

    private static SupervisorState Queue(SupervisorState state, string name) =>
        state.Instances[name] is { WantsToStart: true, Ticket: null } instance
            ? With(state, name, instance with { Ticket = state.NextTicket }) with { NextTicket = state.NextTicket + 1 }
            : state;

    private static SupervisorState Drain(SupervisorState state, DrainMode mode, List<SupervisorAction> actions)
    {
        state = state with
        {
            Draining = mode,
            Instances = state.Instances.ToImmutableSortedDictionary(
                entry => entry.Key, entry => Undesire(entry.Value), state.Instances.KeyComparer),
        };
        switch (mode)
        {
            case DrainMode.Leave:
                actions.AddRange(state.Runs.Select(run => new SupervisorAction.Leave(run.Token)));
                return state;
            case DrainMode.Finish:
                actions.Add(new SupervisorAction.AwaitDeadline());
                return state.Instances.Keys.Aggregate(state, (sum, name) => StopIdle(sum, name, "it has no job yet", actions));
            default:
                return StopAll(state, actions);
        }
    }

    private static SupervisorState Insist(SupervisorState state, List<SupervisorAction> actions)
    {
        switch (state)
        {
            case { Draining: DrainMode.Finish }:
                return StopAll(state with { Draining = DrainMode.PowerDown }, actions);
            case { Draining: DrainMode.PowerDown, Killing: false }:
                actions.AddRange(state.Runs.Select(run => new SupervisorAction.Kill(run.Token)));
                return state with { Killing = true };
            default:
                // Machines that are being left are not to be lost to somebody's impatience.
                return state;
        }
    }

    private static SupervisorState StopAll(SupervisorState state, List<SupervisorAction> actions)
    {
        var runs = from entry in state.Instances from run in entry.Value.Runs where !run.Ending select (entry.Key, run);
        return runs.ToList().Aggregate(state, (sum, item) => Stop(sum, item.Key, item.run, why: null, actions));
    }

    private static SupervisorState Stop(SupervisorState state, string name, LiveRun run, string? why, List<SupervisorAction> actions)
    {
        actions.Add(new SupervisorAction.Stop(name, run.Token, why));
        return Change(state, run.Token, known => known with { Ending = true });
    }

    private static SupervisorState Change(SupervisorState state, int token, Func<LiveRun, LiveRun> change) =>
        Find(state, token) is ({ } name, { } run)
            ? With(state, name, state.Instances[name] with { Runs = state.Instances[name].Runs.Replace(run, change(run)) })
            : state;

    private static (string? Name, LiveRun? Run) Find(SupervisorState state, int token) =>
        (from entry in state.Instances from run in entry.Value.Runs where run.Token == token select (entry.Key, run)).FirstOrDefault();

    private static SupervisorState With(SupervisorState state, string name, SupervisedInstance instance) =>
        state with { Instances = state.Instances.SetItem(name, instance) };

    private static SupervisorState Forget(SupervisorState state) => state with
    {
        Instances = state.Instances.RemoveRange(
            state.Instances.Where(entry => entry.Value is { Desired: null, Runs.IsEmpty: true }).Select(entry => entry.Key).ToList()),
    };
}

using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Examination;
using Orchestrator.Operations;
using Orchestrator.Service.Instances;
using Orchestrator.Service.Monitoring;
using Orchestrator.Service.Policy;
using Orchestrator.Service.Reporting;
using Orchestrator.Service.Running;
using Orchestrator.Service.Systemd;
using Orchestrator.State;

namespace Orchestrator.Service;

/// <summary>
/// Keeps instances running: gathers what happens into one mailbox, asks <see cref="SupervisorPolicy"/>, and does what it says. Only the loop at
/// the mailbox touches what it knows; whatever takes time is done beside it.
/// </summary>
internal sealed class Supervisor(
    DesiredState desired,
    SupervisorLimits limits,
    HostSettings settings,
    ActiveRuns activeRuns,
    IRunLauncher launcher,
    IRunAdopter adopter,
    ServiceReports reports,
    ServiceMetrics metrics,
    NotifySocket manager,
    IHostApplicationLifetime lifetime,
    TimeProvider time) : BackgroundService, IHealth
{
    /// <summary>How often is looked for what others left since; nothing tells that an orchestrator died elsewhere.</summary>
    public static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(10);

    // What ending takes when all that is waited for has come, or its time is up.
    private static readonly TimeSpan EndingTakes = TimeSpan.FromSeconds(30);

    // The loop waits for nothing, so it answers at once or never.
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(3);

    // Where every hypervisor answers.
    private static readonly TimeSpan FindingTakes = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource _drainAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Mailbox _mailbox = new(time);
    private readonly Dictionary<string, IAdoptableRun> _found = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _backoffEnds = new(StringComparer.Ordinal);
    private FileWatch? _watch;
    private SupervisorState _state = new(limits);
    private string _status = "";

    /// <summary>Asks the service to end; asked once more, to end sooner, or to leave its machines after all.</summary>
    /// <param name="mode">How; null: as the settings say.</param>
    public void Drain(DrainMode? mode)
    {
        _drainAsked.TrySetResult();
        _mailbox.Post(() => BeginDraining(mode));
    }

    /// <summary>Reads the instances file anew.</summary>
    /// <param name="asked">Somebody asked for it, and is told also that nothing changed.</param>
    public void Reload(bool asked) => _mailbox.Post(() =>
    {
        if (_state.Draining is null)
        {
            manager.Reloading(time);
            _watch!.Renew();
            if (desired.Renew(asked))
            {
                Apply();
            }
            else
            {
                Watch();
                TellStatus();
            }

            manager.Ready();
        }
    });

    /// <summary>Ends one run, and returns when it is over. What comes next is decided as after any other.</summary>
    /// <param name="run">Its run id.</param>
    /// <param name="now">Without asking its guest.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>False where there is no such run.</returns>
    /// <exception cref="HostException">It goes on, since its guest has a job or may have one.</exception>
    public async Task<bool> StopRunAsync(string run, bool now, CancellationToken cancellationToken)
    {
        var found = new TaskCompletionSource<Task<string?>?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _mailbox.Post(() => found.SetResult(activeRuns.Find(run) is var (token, over) ? EndAsync(token, over, now) : null));
        if (await found.Task.WaitAsync(cancellationToken) is not { } ending)
        {
            return false;
        }

        return await ending.WaitAsync(cancellationToken) is not { } spared
            ? true
            : throw RunSparing.Refusal(run, spared);
    }

    private async Task<string?> EndAsync(int token, Task over, bool now)
    {
        if (!now)
        {
            return await activeRuns.RetireAsync(token, RetireReason.Asked);
        }

        activeRuns.Kill(token);
        await over;
        return null;
    }

    /// <summary>The instances that are to run and have no run at the moment.</summary>
    public async Task<IReadOnlyList<IdleInstance>> IdleAsync(CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<IReadOnlyList<IdleInstance>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _mailbox.Post(() => answer.SetResult(
        [
            .. from entry in _state.Instances
               where entry.Value is { Desired: not null, Runs.IsEmpty: true }
               select IdleOf(entry.Key, entry.Value),
        ]));
        return await answer.Task.WaitAsync(cancellationToken);
    }

    public async Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _mailbox.Post(() => answer.TrySetResult());
        try
        {
            await answer.Task.WaitAsync(AnswersWithin, time, cancellationToken);
            return null;
        }
        catch (TimeoutException)
        {
            return "the supervisor does not answer";
        }
    }

    public override void Dispose()
    {
        _watch?.Dispose();
        _mailbox.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            _watch = new FileWatch(() => Reload(asked: false), time);
            Take(await FindAsync(stoppingToken));

            // Somebody who wanted the service to end meanwhile wanted no machines to start.
            _mailbox.DoAll();
            if (_state.Draining is null)
            {
                Begin();
                manager.Ready();
                reports.Tell(new ServiceEvent.Ready(desired.Current.Instances.Count, _found.Count));
            }

            _mailbox.After(SweepInterval, () => _ = SweepAsync(stoppingToken));
            while (!_state.Over)
            {
                await _mailbox.DoNextAsync(stoppingToken);
            }

            reports.Tell(new ServiceEvent.Drained());
        }
        finally
        {
            lifetime.StopApplication();
        }
    }

    // Somebody who wants the service to end is not kept waiting by a hypervisor that does not answer: nothing was begun yet.
    private async Task<IReadOnlyList<IAdoptableRun>> FindAsync(CancellationToken cancellationToken)
    {
        var finding = Task.Run(() => adopter.TakeAsync(cancellationToken), cancellationToken);
        if (await Task.WhenAny(finding, _drainAsked.Task) == finding)
        {
            return await finding;
        }

        try
        {
            return await finding.WaitAsync(FindingTakes, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return [];
        }
    }

    private void BeginDraining(DrainMode? mode)
    {
        var how = mode ?? settings.Up.Drain;
        if (_state.Draining is not null && !(mode == DrainMode.Leave && _state.MayStillLeave))
        {
            Decide(new SupervisorSignal.Insist());
            return;
        }

        manager.Stopping(within: (how == DrainMode.Finish ? settings.Up.DrainDeadline : TimeSpan.Zero) + settings.ShutdownGrace + EndingTakes);
        reports.Tell(new ServiceEvent.Draining(how, _state.Runs.Count(), settings.Up.DrainDeadline));
        Decide(new SupervisorSignal.Drain(how));
    }

    private void Signal(SupervisorSignal signal) => _mailbox.Post(() =>
    {
        if (signal is SupervisorSignal.Ended(var token, _, _, _))
        {
            activeRuns.Forget(token);
        }

        Decide(signal);
    });

    private void Decide(SupervisorSignal signal)
    {
        (_state, var actions) = SupervisorPolicy.Next(_state, signal);
        metrics.Note(_state);
        foreach (var action in actions)
        {
            Do(action);
        }

        TellStatus();
    }

    private void Do(SupervisorAction action)
    {
        switch (action)
        {
            case SupervisorAction.Start(var instance, var token):
                var description = desired[instance];
                activeRuns.Begin(instance, token, id: null, (observer, stop) => launcher.LaunchAsync(description, observer, stop), Signal);
                break;
            case SupervisorAction.Adopt(var instance, var token, var run):
                activeRuns.Begin(instance, token, run, _found[run].AdoptAsync, Signal);
                break;
            case SupervisorAction.Stop(var instance, var token, var why):
                if (why is not null)
                {
                    reports.Tell(new ServiceEvent.Stopping(instance, why));
                }

                activeRuns.Stop(token);
                break;
            case SupervisorAction.Retire(var token):
                _ = activeRuns.RetireAsync(token, RetireReason.Outdated);
                break;
            case SupervisorAction.Kill(var token):
                activeRuns.Kill(token);
                break;
            case SupervisorAction.Leave(var token):
                activeRuns.Leave(token);
                break;
            case SupervisorAction.BackOff(var instance, var round, var delay, var failures) { Held: var held }:
                metrics.Failed(instance);
                _backoffEnds[instance] = time.GetUtcNow() + delay;
                _mailbox.After(delay, () =>
                {
                    if (_state.Instances.GetValueOrDefault(instance) is { BackingOff: true } known && known.BackoffRound == round)
                    {
                        metrics.BackedOff(instance, delay);
                    }

                    Decide(new SupervisorSignal.BackoffOver(instance, round));
                });
                reports.Tell(new ServiceEvent.BackingOff(instance, delay, failures, held)); // the pause runs when it is told
                break;
            case SupervisorAction.TellWaiting(var instance, var reason, var demand, var committed):
                reports.Tell(new ServiceEvent.Waiting(instance, reason, demand, committed, limits.Capacity));
                break;
            case SupervisorAction.AwaitDeadline:
                _mailbox.After(settings.Up.DrainDeadline, () => Decide(new SupervisorSignal.DeadlineOver()));
                break;
            case SupervisorAction.Finish:
                break; // the loop sees it
        }
    }

    private IdleInstance IdleOf(string name, SupervisedInstance instance) => instance.BackingOff
        ? new IdleInstance(
            name,
            desired[name].Instance.Driver,
            IdleInstance.BackingOff,
            instance.Holds > 0
                ? IdleInstance.RateLimit
                : string.Create(CultureInfo.InvariantCulture, $"{instance.Failures} failure{(instance.Failures == 1 ? "" : "s")}"),
            _backoffEnds[name])
        : new IdleInstance(
            name,
            desired[name].Instance.Driver,
            IdleInstance.Waiting,
            instance.Waits is { } why ? JsonNamingPolicy.KebabCaseLower.ConvertName(why.ToString()) : null);

    private void Begin()
    {
        if (desired.Refused is { } why)
        {
            reports.Tell(new ServiceEvent.InstancesRefused(why));
            Reload(asked: false); // it may have been mended since, and is watched from here on
            return;
        }

        desired.Warn(desired.Current.Warnings);
        Apply();
    }

    private void Apply()
    {
        Watch();
        Decide(new SupervisorSignal.Described([.. desired.Current.Instances.Select(description => description.Desired)]));
    }

    private void Watch()
    {
        foreach (var failure in _watch!.Watch(desired.Files))
        {
            reports.Tell(new ServiceEvent.Warning($"{failure}; what becomes of the files there is noticed when that is mended, or on SIGHUP"));
        }
    }

    private void Take(IReadOnlyList<IAdoptableRun> runs)
    {
        foreach (var run in runs)
        {
            if (_state.Draining is not null)
            {
                run.Dispose(); // the next service's
                continue;
            }

            var journal = run.Journal;
            _found[journal.Run] = run;
            Decide(new SupervisorSignal.Found(
                journal.Run,
                journal.Instance,
                journal.InstanceVersion ?? "",
                Demand.Of(journal.Machine, Emulation.IsExpected(journal.Machine, settings.Accelerator)),
                journal.Ssh?.Port,
                journal.Guest?.Busy));
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_state.Draining is null)
            {
                var runs = await adopter.TakeAsync(cancellationToken);
                _mailbox.Post(() => Take(runs));
            }
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // The next sweep may fare better, and no instance depends on this one.
            reports.Tell(new ServiceEvent.Warning($"what other runs left could not be looked through: {error.Message}"));
        }

        _mailbox.Post(() => _mailbox.After(SweepInterval, () => _ = SweepAsync(cancellationToken)));
    }

    private void TellStatus()
    {
        var status = desired.Refused is null ? _state.Summary : $"{_state.Summary}; the instances file is broken";
        if (status != _status)
        {
            _status = status;
            manager.Status(status);
        }
    }
}

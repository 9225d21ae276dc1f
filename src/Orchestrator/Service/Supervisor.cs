using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Runs;
using Orchestrator.Service.Instances;
using Orchestrator.Service.Monitoring;
using Orchestrator.Service.Policy;
using Orchestrator.Service.Running;
using Orchestrator.Service.Systemd;
using Orchestrator.Service.Telling;
using Orchestrator.State;

namespace Orchestrator.Service;

/// <summary>
/// Keeps instances running: gathers what happens into one mailbox, asks <see cref="SupervisorPolicy"/>, and does what it says. Only the loop at
/// the mailbox touches what it knows; whatever takes time is done beside it.
/// </summary>
internal sealed partial class Supervisor(
    InstanceRoster roster,
    Roster initial,
    SupervisorLimits limits,
    UpSettings settings,
    IRunLauncher launcher,
    IRunAdopter adopter,
    ServiceReports reports,
    ServiceMetrics metrics,
    NotifySocket manager,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<Supervisor> log) : BackgroundService, IHealth
{
    // The loop waits for nothing, so it answers at once or never.
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(3);

    private readonly Channel<Action> _mailbox = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<int, ActiveRun> _runs = [];
    private readonly Dictionary<string, IAdoptableRun> _found = new(StringComparer.Ordinal);
    private readonly List<ITimer> _timers = [];
    private Dictionary<string, InstanceDescription> _described = new(StringComparer.Ordinal);
    private FileWatch? _watch;
    private SupervisorState _state = new(limits);
    private string? _refused;
    private string _status = "";
    private bool _ready;

    /// <summary>Asks the service to end; asked once more, to end sooner.</summary>
    /// <param name="mode">How; null: as the settings say.</param>
    public void Drain(DrainMode? mode) => Post(() =>
    {
        if (_state.Draining is not null)
        {
            Decide(new SupervisorSignal.Insist());
            return;
        }

        manager.Stopping();
        var machines = _state.Runs.Count();
        reports.Tell(new ServiceEvent.Draining(mode ?? settings.Drain, machines, settings.DrainDeadline));
        Decide(new SupervisorSignal.Drain(mode ?? settings.Drain));
    });

    /// <summary>Reads the instances file anew.</summary>
    /// <param name="asked">Somebody asked for it, and is told also that nothing changed.</param>
    public void Reload(bool asked) => Post(() => TakeIn(asked));

    /// <inheritdoc/>
    public async Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => answer.TrySetResult());
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

    /// <inheritdoc/>
    public override void Dispose()
    {
        _watch?.Dispose();
        _timers.ForEach(timer => timer.Dispose());
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (var run in await adopter.TakeAsync(stoppingToken))
            {
                Take(run);
            }

            _watch = new FileWatch(() => Reload(asked: false), time);
            Apply(initial);
            _ready = true;
            manager.Ready();
            reports.Tell(new ServiceEvent.Ready(initial.Instances.Count, _found.Count));
            TellStatus();
            while (!_state.Over)
            {
                (await _mailbox.Reader.ReadAsync(stoppingToken))();
            }

            await Task.WhenAll(_runs.Values.Select(run => run.Over));
            reports.Tell(new ServiceEvent.Drained());
        }
        finally
        {
            lifetime.StopApplication();
        }
    }

    private void Post(Action deed) => _mailbox.Writer.TryWrite(deed);

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
                var description = _described[instance];
                Begin(instance, token, (observer, stop) => launcher.LaunchAsync(description, observer, stop));
                break;
            case SupervisorAction.Adopt(var instance, var token, var run):
                Begin(instance, token, _found[run].AdoptAsync);
                break;
            case SupervisorAction.Stop(var instance, var token, var why):
                if (why is not null)
                {
                    reports.Tell(new ServiceEvent.Stopping(instance, why));
                }

                _runs[token].Stop.Request();
                break;
            case SupervisorAction.Kill(var token):
                _runs[token].Stop.Request();
                _runs[token].Stop.Request();
                break;
            case SupervisorAction.Leave(var token):
                _runs[token].Stop.Leave();
                break;
            case SupervisorAction.BackOff(var instance, var round, var delay, var failures):
                metrics.BackedOff(instance, delay);
                reports.Tell(new ServiceEvent.BackingOff(instance, delay, failures));
                After(delay, new SupervisorSignal.BackoffOver(instance, round));
                break;
            case SupervisorAction.TellWaiting(var instance, var reason, var demand, var committed):
                reports.Tell(new ServiceEvent.Waiting(instance, reason, demand, committed, limits.Capacity));
                break;
            case SupervisorAction.AwaitDeadline:
                After(settings.DrainDeadline, new SupervisorSignal.DeadlineOver());
                break;
            case SupervisorAction.Finish:
                break; // the loop sees it
        }
    }

    private void Begin(string instance, int token, Func<IRunObserver, StopRequests, Task<RunResult>> live)
    {
        var stop = new StopRequests();
        var listener = new RunListener(reports.OfRun(instance), happened => Note(instance, token, happened));
        _runs.Add(token, new ActiveRun(stop, Task.Run(() => LiveAsync(instance, token, () => live(listener, stop)))));
    }

    private void Note(string instance, int token, RunEvent happened)
    {
        metrics.Observe(instance, happened);
        switch (happened)
        {
            case RunEvent.Started:
                Post(() => Decide(new SupervisorSignal.Started(token)));
                break;
            case RunEvent.TrayOpened:
                Post(() => Decide(new SupervisorSignal.TrayOpened(token)));
                break;
        }
    }

    private async Task LiveAsync(string instance, int token, Func<Task<RunResult>> live)
    {
        SupervisorSignal.Ended ended;
        try
        {
            var result = await live();
            var lasted = result.Timeline is { Started: { } started, ShutDown: { } over } ? over - started : TimeSpan.Zero;
            ended = new SupervisorSignal.Ended(token, Judge(result), lasted, Random.Shared.NextDouble());
        }
        catch (Exception error)
        {
            // One instance that cannot run is no reason to end the others, whatever is the matter with it.
            if (error is not OrchestratorException)
            {
                LogDefect(log, instance, error);
            }

            metrics.NeverRan(instance);
            reports.Tell(new ServiceEvent.RunFailed(
                instance, error is OrchestratorException ? error.Message : $"a defect of this program: {error.Message}"));
            ended = new SupervisorSignal.Ended(token, RunVerdict.Failed, TimeSpan.Zero, Random.Shared.NextDouble());
        }

        Post(() =>
        {
            _runs.Remove(token, out var run);
            run!.Stop.Dispose();
            Decide(ended);
        });
    }

    private static RunVerdict Judge(RunResult result) => result switch
    {
        { Left: true } or { Cause: StopCause.Requested } => RunVerdict.Wanted,
        { Succeeded: true } or { Cause: StopCause.TimeLimit } => RunVerdict.Fine,
        _ => RunVerdict.Failed,
    };

    private void Take(IAdoptableRun run)
    {
        var journal = run.Journal;
        _found.Add(journal.Run, run);
        Decide(new SupervisorSignal.Found(
            journal.Run,
            journal.Instance,
            journal.InstanceVersion ?? "",
            new Demand(journal.MemoryBytes, journal.RootDiskBytes),
            journal.Medium is MediumState.Removing or MediumState.Removed));
    }

    private void TakeIn(bool asked)
    {
        if (_state.Draining is not null)
        {
            return;
        }

        manager.Reloading(time);
        try
        {
            var roster1 = roster.Read(mayMiss: true);
            var changes = Compare(roster1);
            _refused = null;
            if (asked || changes.Added.Count + changes.Changed.Count + changes.Removed.Count > 0)
            {
                reports.Tell(changes);
            }

            metrics.Reloaded(applied: true);
            Apply(roster1);
        }
        catch (ConfigurationException error)
        {
            // Watching may show the same broken file several times.
            if (asked || error.Message != _refused)
            {
                reports.Tell(new ServiceEvent.ReloadRefused(error.Message));
                metrics.Reloaded(applied: false);
            }

            _refused = error.Message;
        }

        manager.Ready();
    }

    private ServiceEvent.Reloaded Compare(Roster next)
    {
        var names = next.Instances.Select(description => description.Wish.Name).ToHashSet(StringComparer.Ordinal);
        return new ServiceEvent.Reloaded(
            [.. names.Where(name => !_described.ContainsKey(name))],
            [.. next.Instances.Where(description => _described.GetValueOrDefault(description.Wish.Name) is { } old && old.Wish != description.Wish)
                .Select(description => description.Wish.Name)],
            [.. _described.Keys.Where(name => !names.Contains(name))]);
    }

    private void Apply(Roster next)
    {
        foreach (var warning in next.Warnings)
        {
            reports.Tell(new ServiceEvent.Warning(warning));
        }

        _described = next.Instances.ToDictionary(description => description.Wish.Name, StringComparer.Ordinal);
        var files = next.Instances.Select(description => description.Instance.ImagePath).Prepend(roster.Path);
        foreach (var failure in _watch!.Watch(files))
        {
            reports.Tell(new ServiceEvent.Warning($"changes are not noticed by themselves, only on SIGHUP: {failure}"));
        }

        Decide(new SupervisorSignal.Described([.. next.Instances.Select(description => description.Wish)]));
    }

    private void After(TimeSpan delay, SupervisorSignal signal)
    {
        ITimer? timer = null;
        timer = time.CreateTimer(
            _ => Post(() =>
            {
                _timers.Remove(timer!);
                timer!.Dispose();
                Decide(signal);
            }),
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        _timers.Add(timer);
        timer.Change(delay, Timeout.InfiniteTimeSpan);
    }

    private void TellStatus()
    {
        if (!_ready)
        {
            return;
        }

        var running = _state.Runs.Count(run => run.Started);
        var starting = _state.Runs.Count(run => !run.Started);
        var backingOff = _state.Instances.Values.Count(instance => instance.BackingOff);
        var waiting = _state.Instances.Values.Count(instance => instance.WantsToStart);
        var status = string.Create(
            CultureInfo.InvariantCulture,
            $"{(_state.Draining is null ? "" : "draining: ")}{running} running, {starting} starting, {waiting} waiting, {backingOff} backing off");
        if (status != _status)
        {
            _status = status;
            manager.Status(status);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Instance}: a defect of this program")]
    private static partial void LogDefect(ILogger log, string instance, Exception error);
}

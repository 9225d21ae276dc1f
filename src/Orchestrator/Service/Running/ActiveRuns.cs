using Microsoft.Extensions.Logging;
using Orchestrator.Drivers;
using Orchestrator.Reporting;
using Orchestrator.Service.Monitoring;
using Orchestrator.Service.Policy;
using Orchestrator.Service.Reporting;
using Orchestrator.Signals;
using Orchestrator.State;

namespace Orchestrator.Service.Running;

/// <summary>The runs that a service answers for, each lived beside the others. Not thread-safe, but for what the runs themselves do.</summary>
internal sealed partial class ActiveRuns(ServiceReports reports, ServiceMetrics metrics, ILogger<ActiveRuns> log, TimeProvider time)
{
    private readonly Dictionary<int, ActiveRun> _runs = [];

    /// <summary>Begins to live one.</summary>
    /// <param name="instance">Whose.</param>
    /// <param name="token">Its number.</param>
    /// <param name="id">Its run id, where it is an earlier service's; null where it is yet to be made.</param>
    /// <param name="live">Lives it.</param>
    /// <param name="signal">Hears what the policy has to decide about, from any thread; <see cref="SupervisorSignal.Ended"/> comes last.</param>
    public void Begin(
        string instance, int token, string? id, Func<IRunObserver, StopRequests, Task<RunResult>> live, Action<SupervisorSignal> signal)
    {
        var run = new ActiveRun(id);
        var listener = new RunListener(reports.OfRun(instance), happened =>
        {
            run.Note(happened);
            metrics.Observe(instance, happened);
            switch (happened)
            {
                case RunEvent.Started:
                    signal(new SupervisorSignal.Started(token));
                    break;
                case RunEvent.TrayOpened:
                    signal(new SupervisorSignal.TrayOpened(token));
                    break;
                case RunEvent.GuestReady or RunEvent.JobEnded:
                    signal(new SupervisorSignal.GuestSaid(token, Busy: false));
                    break;
                case RunEvent.JobStarted:
                    signal(new SupervisorSignal.GuestSaid(token, Busy: true));
                    break;
            }
        });
        _runs.Add(token, run);
        _ = Task.Run(async () => signal(await LiveAsync(instance, token, () => live(listener, run.Stop))));
    }

    /// <summary>Asks one to end.</summary>
    public void Stop(int token) => Request(token, once: true);

    /// <summary>Asks one to end where it has no job.</summary>
    /// <returns>Completes when it is over, or goes on; says why then.</returns>
    public Task<string?> RetireAsync(int token, RetireReason reason) => _runs.GetValueOrDefault(token)?.RetireAsync(reason) ?? Task.FromResult<string?>(null);

    /// <summary>Ends one at once.</summary>
    public void Kill(int token) => Request(token, once: false);

    /// <summary>Leaves one to the next service.</summary>
    public void Leave(int token) => _runs.GetValueOrDefault(token)?.Stop.Leave();

    /// <summary>The one with a run id.</summary>
    /// <returns>Its number, and what completes when it is over; null where there is none.</returns>
    public (int Token, Task Over)? Find(string run)
    {
        foreach (var (token, active) in _runs)
        {
            if (active.Id == run)
            {
                return (token, active.Over);
            }
        }

        return null;
    }

    /// <summary>Forgets one that has ended.</summary>
    public void Forget(int token)
    {
        if (_runs.Remove(token, out var run))
        {
            run.Dispose();
        }
    }

    private void Request(int token, bool once)
    {
        if (_runs.GetValueOrDefault(token) is { } run)
        {
            if (!run.Stop.Graceful.IsCancellationRequested)
            {
                run.Stop.Request();
            }

            if (!once)
            {
                run.Stop.Request();
            }
        }
    }

    private async Task<SupervisorSignal.Ended> LiveAsync(string instance, int token, Func<Task<RunResult>> live)
    {
        try
        {
            var result = await live();
            var lasted = result.Timeline is { Started: { } started, ShutDown: { } over } ? over - started : TimeSpan.Zero;
            return new SupervisorSignal.Ended(token, result.Outcome, lasted, Random.Shared.NextDouble());
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
            return new SupervisorSignal.Ended(token, RunOutcome.Failed, TimeSpan.Zero, Random.Shared.NextDouble())
            {
                Hold = (error as HostException)?.TryAgain - time.GetUtcNow() ?? TimeSpan.Zero,
            };
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Instance}: a defect of this program")]
    private static partial void LogDefect(ILogger log, string instance, Exception error);
}

using System.Reflection;
using System.Text;
using System.Text.Json;
using Orchestrator.Reporting;
using Orchestrator.Service.Policy;
using Orchestrator.State;

namespace Orchestrator.Service.Monitoring;

/// <summary>The numbers of a service. Thread-safe. What is so at the moment is computed when it is asked for, and costs nothing before.</summary>
internal sealed class ServiceMetrics
{
    // "instance" is what Prometheus calls the target that it scrapes.
    private const string InstanceLabel = "name";

    private readonly Lock _lock = new();
    private readonly HostFigures _host;
    private readonly MetricFamily _build = new("orchestrator_build_info", "gauge", "1, with the version as a label.", "version");
    private readonly MetricFamily _started = new("orchestrator_runs_started_total", "counter", "Runs whose guest was started.", InstanceLabel);
    private readonly MetricFamily _adopted = new("orchestrator_runs_adopted_total", "counter", "Runs taken over from an earlier service.", InstanceLabel);
    private readonly MetricFamily _ended = new("orchestrator_runs_ended_total", "counter", "Runs that ended, by how.", InstanceLabel, "reason");
    private readonly MetricFamily _failures = new(
        "orchestrator_run_failures_total", "counter", "Runs that came to nothing, ended badly, or ended too soon.", InstanceLabel);

    private readonly MetricFamily _backoffs = new(
        "orchestrator_backoff_seconds_total", "counter", "Time for which an instance was not started after failures.", InstanceLabel);

    private readonly MetricFamily _inARow = new(
        "orchestrator_instance_failures_in_a_row", "gauge", "Failures of an instance since its last success.", InstanceLabel);

    private readonly MetricFamily _instances = new("orchestrator_instances", "gauge", "Instances by what they do.", "state");
    private readonly MetricFamily _machines = new("orchestrator_machines_running", "gauge", "Machines whose guest runs.");
    private readonly MetricFamily _guests = new(
        "orchestrator_guests", "gauge", "Machines whose guest runs, by what it says of itself by its port.", "state");

    private readonly MetricFamily _jobs = new("orchestrator_jobs_total", "counter", "Jobs that guests said to have ended, by how.", InstanceLabel, "result");
    private readonly MetricFamily _committed = new(
        "orchestrator_committed_bytes", "gauge", "What the running machines ask of the host.", "resource");

    private readonly MetricFamily _capacity = new(
        "orchestrator_capacity_bytes", "gauge", "What machines may ask of the host, overcommitment included.", "resource");

    private readonly MetricFamily _draining = new("orchestrator_draining", "gauge", "1 while the service drains.");
    private readonly MetricFamily _reloads = new("orchestrator_reloads_total", "counter", "Readings of the instances file, by result.", "result");
    private readonly MetricFamily _inForce = new(
        "orchestrator_last_reload_successful", "gauge", "1 if what the instances file says is in force.");

    private readonly Histogram _seconds = new(
        "orchestrator_run_seconds", "From a guest's start to its end.", null, 10, 30, 60, 300, 600, 1800, 3600, 7200, 21600, 86400);

    private readonly Histogram _phases = new(
        "orchestrator_run_phase_seconds",
        "How long runs took to prepare their machine, to start it (secrets included), to boot until the tray opened, and to remove the configuration.",
        "phase",
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120);

    private SupervisorState? _state;

    /// <summary>Nothing has happened yet.</summary>
    public ServiceMetrics(HostFigures host)
    {
        _host = host;
        var version = typeof(ServiceMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        _build.Set(1, version?.Split('+')[0] ?? "");
        _inForce.Set(1);
        _reloads.Add(0, "applied");
        _reloads.Add(0, "refused");
    }

    /// <summary>What the policy knows now.</summary>
    public void Note(SupervisorState state)
    {
        lock (_lock)
        {
            _state = state;
        }
    }

    /// <summary>Something happened to a run.</summary>
    public void Observe(string instance, RunEvent happened)
    {
        lock (_lock)
        {
            switch (happened)
            {
                case RunEvent.Started:
                    _started.Add(1, instance);
                    break;
                case RunEvent.Adopted:
                    _adopted.Add(1, instance);
                    break;
                case RunEvent.JobEnded(_, var result, _):
                    _jobs.Add(1, instance, WordForJob(result));
                    break;
                case RunEvent.Ended(var result):
                    _ended.Add(1, instance, WordFor(result.Outcome));
                    Measure(result.Timeline);
                    break;
            }
        }
    }

    /// <summary>A run came to nothing.</summary>
    public void NeverRan(string instance)
    {
        lock (_lock)
        {
            _ended.Add(1, instance, WordFor(RunOutcome.Failed));
        }
    }

    /// <summary>A run went wrong or ended too soon.</summary>
    public void Failed(string instance)
    {
        lock (_lock)
        {
            _failures.Add(1, instance);
        }
    }

    /// <summary>An instance has waited after a failure.</summary>
    public void BackedOff(string instance, TimeSpan delay)
    {
        lock (_lock)
        {
            _backoffs.Add(delay.TotalSeconds, instance);
        }
    }

    /// <summary>The instances file was read anew.</summary>
    public void Reloaded(bool applied)
    {
        lock (_lock)
        {
            _reloads.Add(1, applied ? "applied" : "refused");
            _inForce.Set(applied ? 1 : 0);
        }
    }

    /// <summary>All of it, in Prometheus' text format.</summary>
    public string Write()
    {
        var text = new StringBuilder();
        lock (_lock)
        {
            if (_state is { } state)
            {
                Compute(state);
            }

            foreach (var family in (MetricFamily[])
                [
                    _build, _started, _adopted, _ended, _failures, _backoffs, _inARow, _instances, _machines, _guests, _jobs, _committed, _capacity, _draining,
                    _reloads, _inForce,
                ])
            {
                family.Write(text);
            }

            _seconds.Write(text);
            _phases.Write(text);
        }

        _host.Write(text);
        return text.ToString();
    }

    private void Compute(SupervisorState state)
    {
        var states = state.Instances.Values.CountBy(StateOf).ToDictionary();
        foreach (var name in (string[])["running", "idle", "starting", "ending", "waiting", "backing-off"])
        {
            _instances.Set(states.GetValueOrDefault(name), name);
        }

        _inARow.Clear();
        foreach (var (name, instance) in state.Instances)
        {
            _inARow.Set(instance.Failures, name);

            // A counter that appears with its first event has no rate at it.
            foreach (var counter in (MetricFamily[])[_started, _adopted, _failures, _backoffs])
            {
                counter.Add(0, name);
            }

            _jobs.Add(0, name, "succeeded");
            _jobs.Add(0, name, "failed");
        }

        _machines.Set(state.Runs.Count(run => run.Started));
        foreach (var (says, word) in ((bool?, string)[])[(true, "busy"), (false, "idle"), (null, "silent")])
        {
            _guests.Set(state.Runs.Count(run => run.Started && run.SaysBusy == says), word);
        }

        _draining.Set(state.Draining is null ? 0 : 1);
        var (committed, capacity) = (state.Committed, state.Limits.Capacity);
        _committed.Set(committed.MemoryBytes, "memory");
        _committed.Set(committed.DiskBytes, "disk");
        _capacity.Set(capacity.MemoryBytes, "memory");
        _capacity.Set(capacity.DiskBytes, "disk");
    }

    private static string StateOf(SupervisedInstance instance) => instance switch
    {
        { BackingOff: true } => "backing-off",
        { Runs.IsEmpty: true } => "waiting",
        { Runs: [{ Ending: true }, ..] } => "ending",
        { Runs: [{ Started: false }, ..] } => "starting",
        { Runs: [{ Busy: false }, ..] } => "idle",
        _ => "running",
    };

    // A guest's own word would be a label of its choice. The runner has these.
    private static string WordForJob(string? result) =>
        result?.ToLowerInvariant() is ("succeeded" or "failed" or "canceled" or "skipped" or "abandoned") and var known ? known : "other";

    private static string WordFor(RunOutcome outcome) => JsonNamingPolicy.KebabCaseLower.ConvertName(outcome.ToString());

    private void Measure(RunTimeline timeline)
    {
        Measure("prepare", TimeSpan.Zero, timeline.Prepared);
        Measure("start", timeline.Prepared, timeline.Started);
        if (timeline.TrayFoundOpen is null)
        {
            Measure("boot", timeline.Started, timeline.TrayOpened);
            Measure("remove-configuration", timeline.TrayOpened, timeline.ConfigurationRemoved);
        }

        if (timeline is { Started: { } started, ShutDown: { } over })
        {
            _seconds.Observe(over - started);
        }
    }

    private void Measure(string phase, TimeSpan? from, TimeSpan? to)
    {
        if (from is { } begin && to is { } end)
        {
            _phases.Observe(end - begin, phase);
        }
    }
}

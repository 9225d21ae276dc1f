using Microsoft.Extensions.Time.Testing;
using Orchestrator.Drivers;
using Orchestrator.Leases;
using Orchestrator.Reporting;
using Orchestrator.Service.Monitoring;
using Orchestrator.Service.Policy;
using Orchestrator.State;
using Orchestrator.Tests.Leases;
using Orchestrator.Tests.Service.Policy;

namespace Orchestrator.Tests.Service.Monitoring;

/// <summary>Metrics of a service to which everything has happened once.</summary>
internal sealed class MetricsFixture : IDisposable
{
    /// <summary>With 8 KiB in it.</summary>
    public string StateDirectory { get; } = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;

    private readonly string _state = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;

    public MetricsFixture()
    {
        var leases = new LeaseStore(Orchestrator.State.StateDirectory.Open(Path.Combine(_state, "state")));
        foreach (var desk in (string[])["a", "b"])
        {
            leases.Note(Owing, "fake", FakeLessor.Desk(desk));
        }

        File.WriteAllBytes(Path.Combine(StateDirectory, "file"), new byte[8192]);
        Metrics = new ServiceMetrics(new HostFigures(StateDirectory, leases, new FakeTimeProvider()));
        var timeline = new RunTimeline
        {
            Prepared = TimeSpan.FromSeconds(0.2),
            Started = TimeSpan.FromSeconds(0.3),
            TrayOpened = TimeSpan.FromSeconds(4.3),
            ConfigurationRemoved = TimeSpan.FromSeconds(4.32),
            ShutDown = TimeSpan.FromSeconds(100.3),
        };
        Metrics.Observe("vm-1", new RunEvent.Started(SshEndpoint.OnLoopback(2200), TimeSpan.FromHours(1)));
        Metrics.Observe("vm-1", new RunEvent.JobEnded("build", "Succeeded", null));
        Metrics.Observe("vm-1", new RunEvent.JobEnded("build", "\"} 1\nowned 1", null));
        Metrics.Observe("vm-1", new RunEvent.Ended(new RunResult(RunOutcome.GuestShutdown, "", timeline)));
        Metrics.Observe("vm-1", new RunEvent.Ended(new RunResult(RunOutcome.TimeLimit, "", timeline)));
        Metrics.Observe("vm-2", new RunEvent.Adopted(default, "vm-2", "fake", "/"));
        Metrics.NeverRan("vm-2");
        Metrics.Failed("vm-2");
        Metrics.BackedOff("vm-2", TimeSpan.FromSeconds(1.5));
        Metrics.Reloaded(applied: false);
        var state = SupervisorPolicyTests.Service();
        foreach (var signal in (SupervisorSignal[])
            [
                new SupervisorSignal.Described([SupervisorPolicyTests.Desired("vm-1", 9), SupervisorPolicyTests.Desired("vm-2"), SupervisorPolicyTests.Desired("vm-3", 9)]),
                new SupervisorSignal.Started(1),
                new SupervisorSignal.TrayOpened(1),
                new SupervisorSignal.GuestSaid(1, Busy: true),
                new SupervisorSignal.Ended(2, RunOutcome.Failed, default, 0),
            ])
        {
            (state, _) = SupervisorPolicy.Next(state, signal);
        }

        Metrics.Note(state);
    }

    public ServiceMetrics Metrics { get; }

    // It never had a directory, and so is over.
    private static VmId Owing => VmId.Create(TimeProvider.System);

    public void Dispose()
    {
        Directory.Delete(StateDirectory, recursive: true);
        Directory.Delete(_state, recursive: true);
    }
}

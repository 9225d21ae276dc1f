using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Composition;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Fake;
using Orchestrator.GitHub;
using Orchestrator.Reporting;
using Orchestrator.Service;
using Orchestrator.Service.Instances;
using Orchestrator.Service.Monitoring;
using Orchestrator.Service.Policy;
using Orchestrator.Service.Reporting;
using Orchestrator.Service.Running;
using Orchestrator.Service.Systemd;
using Orchestrator.State;
using Orchestrator.Tests.Recovery;

namespace Orchestrator.Tests.Service;

/// <summary>Services over the fake driver, one after another, on one state directory and one instances file.</summary>
internal sealed class ServiceFixture : IAsyncDisposable, IServiceReporter, IHostApplicationLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _root = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
    private readonly Channel<FakeGuest> _guests = Channel.CreateUnbounded<FakeGuest>();
    private readonly List<object> _told = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly ServiceReports _reports;
    private readonly UpLock _only;
    private readonly LeaseRetries _retries;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ServiceFixture()
    {
        File.WriteAllText(Image, "image");
        _only = UpLock.Take(Host.State);
        _reports = new ServiceReports(this, _ => { }, Host.Time);
        _retries = new LeaseRetries(Host.Leases, _reports, Host.Time);
        Metrics = new ServiceMetrics(new HostFigures(Host.State.Root, Host.Leases.Store, Host.Time));
        Host.Driver.Script = async guest =>
        {
            _guests.Writer.TryWrite(guest);
            await Task.WhenAny(guest.PowerButton, guest.Over);
            guest.ShutDown();
        };
        Describe("vm-1");
    }

    public RecoveryFixture Host { get; } = new();

    public string InstancesFile => Path.Combine(_root, "instances.json");

    public string Image => Path.Combine(_root, "base.qcow2");

    public ServiceMetrics Metrics { get; }

    public UpSettings Up { get; set; } = new();

    public CancellationToken ApplicationStarted => CancellationToken.None;

    public CancellationToken ApplicationStopping => _stopping.Token;

    public CancellationToken ApplicationStopped => CancellationToken.None;

    /// <summary>The guest that starts next.</summary>
    public async Task<FakeGuest> NextGuestAsync() =>
        await _guests.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);

    /// <summary>Whether a guest has started that nobody asked for yet.</summary>
    public bool AnotherGuest => _guests.Reader.TryPeek(out _);

    /// <summary>Writes the instances file.</summary>
    public void Describe(params string[] names) => Write([.. names.Select(name => Instance(name))]);

    /// <summary>Writes the instances file.</summary>
    public void Write(params JsonObject[] instances) => File.WriteAllText(InstancesFile, new JsonArray([.. instances]).ToJsonString());

    /// <summary>An instance.</summary>
    public JsonObject Instance(string name, Action<JsonObject>? change = null)
    {
        var instance = new JsonObject
        {
            ["name"] = name,
            ["image"] = Image,
            ["cpu-cores"] = 1,
            ["ram"] = "1G",
            ["root-disk"] = "10G",
            ["timeout-seconds"] = 3600,
            ["config"] = new JsonObject(),
        };
        change?.Invoke(instance);
        return instance;
    }

    private HostSettings Settings => HostSettings.Load(
        new HostSettingsSources { SystemDirectory = _root, WorkingDirectory = _root }, [FakeDriver.Registration, .. CompositionRoot.Drivers]) with
    {
        StateDirectory = Host.State.Root,
        Up = Up,
    };

    /// <summary>What reads the instances file.</summary>
    public DesiredInstancesReader Reader(params string[] names) => new(InstancesFile, names, Settings, Host.Time);

    /// <summary>The same with a driver that was named on the command line.</summary>
    public DesiredInstancesReader ReaderOn(string driver) => new(InstancesFile, [], Settings with { NamedDriver = driver }, Host.Time);

    /// <summary>Starts a service.</summary>
    public Task<Supervisor> StartAsync(params string[] names) => StartAsync(initial: null, names);

    /// <summary>Starts a service though the instances file is broken.</summary>
    public Task<Supervisor> StartOnBrokenFileAsync() =>
        StartAsync(DesiredInstances.OfBrokenFile(Assert.Throws<ConfigurationException>(() => Reader().Read(mayMiss: false)).Message), []);

    private async Task<Supervisor> StartAsync(DesiredInstances? initial, string[] names)
    {
        var settings = Settings;
        var reader = Reader(names);
        var limits = new SupervisorLimits { Capacity = new Capacity(4L << 30, long.MaxValue), TooSoon = Up.TooSoon, MostStarting = 4 };
        var supervisor = new Supervisor(
            new DesiredState(reader, initial ?? reader.Read(mayMiss: false), _reports, Metrics),
            limits,
            settings,
            new ActiveRuns(_reports, Metrics, NullLogger<ActiveRuns>.Instance, Host.Time),
            new RunLauncher(_only, Host.Drivers, Host.State, Host.History, Host.Leases, new GitHubApi(settings.GitHub, Host.Time), settings, Host.Time),
            new RunAdopter(Host.Drivers, Host.State, Host.History, Host.Leases, _retries, settings, _reports, Host.Time),
            _reports,
            Metrics,
            NotifySocket.Open(_ => null),
            this,
            Host.Time);
        await supervisor.StartAsync(CancellationToken.None);
        return supervisor;
    }

    /// <summary>A guest that an earlier service started and left.</summary>
    public async Task<FakeGuest> LeaveGuestAsync()
    {
        using var earlier = await StartAsync();
        var guest = await NextGuestAsync();
        await StartedAsync();
        earlier.Drain(DrainMode.Leave);
        await EndAsync(earlier);
        return guest;
    }

    /// <summary>A run's guest has started.</summary>
    public Task<RunTold> StartedAsync() => HappenedAsync<RunEvent.Started>();

    /// <summary>Something of that kind happened to a run.</summary>
    public Task<RunTold> HappenedAsync<T>()
        where T : RunEvent => ToldAsync<RunTold>(told => told.Happened is T);

    /// <summary>Ends a service and its machines.</summary>
    public static async Task DrainAsync(Supervisor supervisor)
    {
        supervisor.Drain(DrainMode.PowerDown);
        await EndAsync(supervisor);
    }

    /// <summary>Waits for a service's end.</summary>
    public static Task EndAsync(Supervisor supervisor) => supervisor.ExecuteTask!.WaitAsync(Patience);

    /// <summary>What was told and is of that kind, now or later; each is given once.</summary>
    public async Task<T> ToldAsync<T>(Func<T, bool>? condition = null)
    {
        while (true)
        {
            Task news;
            lock (_told)
            {
                if (_told.OfType<T>().FirstOrDefault(item => condition?.Invoke(item) ?? true) is { } found)
                {
                    _told.Remove(found);
                    return found;
                }

                news = _news.Task;
            }

            await news.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
    }

    public void StopApplication() => _stopping.Cancel();

    public void Tell(ServiceEvent happened, DateTimeOffset at) => Add(happened);

    public IRunReporter OfRun(string instance) => new RunTeller(this, instance);

    public async ValueTask DisposeAsync()
    {
        _retries.Dispose();
        await _reports.DisposeAsync();
        _stopping.Dispose();
        _only.Dispose();
        Host.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private void Add(object happened)
    {
        TaskCompletionSource news;
        lock (_told)
        {
            _told.Add(happened);
            news = _news;
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        news.SetResult();
    }

    private sealed class RunTeller(ServiceFixture fixture, string instance) : IRunReporter
    {
        public void Tell(RunEvent happened, DateTimeOffset at) => fixture.Add(new RunTold(instance, happened));
    }

    /// <summary>Something that a run told.</summary>
    internal sealed record RunTold(string Instance, RunEvent Happened);
}

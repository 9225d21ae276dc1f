using System.Text;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Fake;
using Orchestrator.Leases;
using Orchestrator.Linux.Processes;
using Orchestrator.Recovery;
using Orchestrator.Reporting;
using Orchestrator.Runs;
using Orchestrator.Signals;
using Orchestrator.State;
using Orchestrator.Tests.Leases;

namespace Orchestrator.Tests.Recovery;

/// <summary>
/// A state directory on a host with the fake driver, in which a test puts what a dead orchestrator would have left: the machine, the journal, the
/// files, and a lock that nobody holds.
/// </summary>
internal sealed class RecoveryFixture : IDisposable, ISweepObserver, IRunObserver
{
    /// <summary>The note of a driver that cannot be made.</summary>
    public const string BrokenNote = "broken.json";

    public const string Secret = "the secret of the medium";

    private readonly string _root = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
    private readonly List<RunEvent> _events = [];
    private readonly Dictionary<Type, TaskCompletionSource> _awaited = [];

    public RecoveryFixture()
    {
        State = StateDirectory.Open(Path.Combine(_root, "state"));
        Leases = new LeaseReturn(new LeaseStore(State), [Lessor], Time);
        Drivers = new DriverCatalog(
            [
                FakeDriver.Registration with { Create = _ => Driver },
                FakeDriver.Registration with
                {
                    Name = "broken",
                    Files = [new DriverFile(BrokenNote, DriverFileRole.Note)],
                    Create = _ => throw new DllNotFoundException("libbroken.so is not there"),
                },
            ],
            _ => new DriverContext { RunsDirectory = State.Runs, CacheDirectory = State.Cache, Warn = _ => { }, Time = Time });
    }

    public StateDirectory State { get; }

    public FakeDriver Driver { get; } = new();

    public DriverCatalog Drivers { get; }

    public FakeLessor Lessor { get; } = new();

    public LeaseReturn Leases { get; }

    public SteppedTime Time { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public RunHistory History => State.HistoryWithin(new HistorySettings(), [], Time);

    public List<(VmId Run, string Why)> Removals { get; } = [];

    public List<(VmId Run, string Why)> Leavings { get; } = [];

    public List<string> Failures { get; } = [];

    public List<(VmId Run, Lease Lease)> Releases { get; } = [];

    public IReadOnlyList<RunEvent> Events
    {
        get
        {
            lock (_events)
            {
                return [.. _events];
            }
        }
    }

    public Task<Inventory> TakeInventoryAsync() =>
        new RunInventory(State, Drivers, "fake", Time).TakeAsync(TestContext.Current.CancellationToken);

    public async Task SweepAsync(bool dryRun = false) =>
        await new RunSweep(History, Drivers, Leases, this, Time).ExecuteAsync(
            await TakeInventoryAsync(), dryRun, TestContext.Current.CancellationToken);

    /// <summary>Makes a run as its owner would have left it, had it been killed in that phase.</summary>
    public async Task<VmId> AbandonAsync(RunOwnerKind kind, RunPhase phase = RunPhase.Running, Func<RunJournal, RunJournal>? change = null, string? boot = null)
    {
        var id = VmId.Create(Time);
        using var directory = State.CreateRun(id);
        var spec = new VmSpec
        {
            Id = id,
            Owner = State.Owner,
            RunDirectory = directory.FullPath,
            Machine = SampleMachine.Description,
            Accelerator = AcceleratorPreference.Tcg,
            SshPort = 2201,
        };
        var machine = await Driver.PrepareAsync(spec, CancellationToken.None);
        if (phase >= RunPhase.Running)
        {
            await machine.StartAsync(Encoding.UTF8.GetBytes(Secret), CancellationToken.None);
        }

        var now = Time.GetUtcNow();
        var journal = new RunJournal
        {
            Run = id.Value,
            Machine = spec.Machine,
            Driver = "fake",
            Owner = new RunOwner(kind, int.MaxValue, 1, boot ?? ProcessTable.BootId),
            Phase = phase,
            Created = now,
            Booted = RunJournal.BootedBy(Time),
            Started = phase >= RunPhase.Running ? now : null,
            Deadline = phase >= RunPhase.Running ? now + TimeSpan.FromMinutes(10) : null,
            TimeLimit = TimeSpan.FromMinutes(10),
            ShutdownGrace = TimeSpan.FromSeconds(60),
            Ssh = SshEndpoint.OnLoopback(2201),
            Medium = phase >= RunPhase.Running ? MediumState.Inserted : null,
        };
        directory.Write(change?.Invoke(journal) ?? journal);
        await machine.DetachAsync();
        return id;
    }

    /// <summary>Adopts an abandoned run, as a service does, or a command.</summary>
    public Task<RunResult> AdoptAsync(VmId id, StopRequests stop, RunOwnerKind kind = RunOwnerKind.Service)
    {
        var path = State.PathOf(id);
        var directory = RunDirectory.TryTake(path);
        Assert.NotNull(directory);
        return new RunAdoption(Driver, History, Leases, Time).ExecuteAsync(
            directory, JournalReading.Read(path).Journal!, kind, this, stop);
    }

    /// <summary>Every file and directory below <c>runs/</c>, relative.</summary>
    public IReadOnlyList<string> Left =>
        [.. Directory.EnumerateFileSystemEntries(State.Runs, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(State.Runs, path))];

    public Task Observed<T>()
        where T : RunEvent
    {
        lock (_events)
        {
            return _events.OfType<T>().Any() ? Task.CompletedTask : Awaited(typeof(T)).Task;
        }
    }

    public void Observe(RunEvent happened)
    {
        lock (_events)
        {
            _events.Add(happened);
            Awaited(happened.GetType()).TrySetResult();
        }
    }

    public void Removed(RunEntry run, string why) => Removals.Add((run.Id, why));

    void ISweepObserver.Left(RunEntry run, string why) => Leavings.Add((run.Id, why));

    public void Failed(string what, string why) => Failures.Add($"{what}: {why}");

    void ISweepObserver.Left(VmId run, string why) => Leavings.Add((run, why));

    public void Released(VmId run, Lease lease) => Releases.Add((run, lease));

    public void NotReleased(VmId run, string what, string why) => Failures.Add($"run {run}: {what}: {why}");

    public void Cleared(Leftover leftover) => Removals.Add((default, leftover.Path));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private TaskCompletionSource Awaited(Type type)
    {
        if (!_awaited.TryGetValue(type, out var source))
        {
            _awaited[type] = source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return source;
    }
}

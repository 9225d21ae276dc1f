using Microsoft.Extensions.Time.Testing;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Fake;
using Orchestrator.Leases;
using Orchestrator.Preprocessing;
using Orchestrator.Reporting;
using Orchestrator.Runs;
using Orchestrator.Signals;
using Orchestrator.State;
using Orchestrator.Tests.Leases;

namespace Orchestrator.Tests.Runs;

/// <summary>A run over the fake driver, in a state directory of its own, on a clock that stands still unless told.</summary>
internal sealed class RunFixture : IDisposable, IRunObserver, IConfigMedium
{
    private readonly List<RunEvent> _events = [];
    private readonly Dictionary<Type, TaskCompletionSource> _awaited = [];

    public RunFixture() => State = StateDirectory.Open(Path.Combine(_root, "state"));

    private readonly string _root = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;

    public StateDirectory State { get; }

    public RunHistory History => State.HistoryWithin(new HistorySettings(), [], Time);

    public FakeDriver Driver { get; } = new();

    public FakeTimeProvider Time { get; } = new(Now);

    public FakeLessor Lessor { get; } = new();

    public LeaseReturn Leases => new(new LeaseStore(State), [Lessor], Time);

    public StopRequests Stop { get; } = new();

    public byte[] Medium { get; } = "secret"u8.ToArray();

    public Func<CancellationToken, Task> Check { get; set; } = _ => Task.CompletedTask;

    public Func<CancellationToken, Task> Build { get; set; } = _ => Task.CompletedTask;

    /// <summary>The medium as the run was given it.</summary>
    public byte[]? Built { get; private set; }

    /// <summary>The run that the medium was built for.</summary>
    public RunContext? Context { get; private set; }

    /// <summary>What is left of the disk, in bytes.</summary>
    public long FreeBytes { get; init; } = long.MaxValue;

    /// <summary>Whoever finds out what is left of the disk; null: <see cref="FreeBytes"/> says it.</summary>
    public Func<long>? FindFreeBytes { get; set; }

    public bool Keep { get; init; }

    public int? SshPort { get; init; }

    public Stream? Console { get; init; }

    public TimeSpan TimeLimit { get; } = TimeSpan.FromMinutes(10);

    public bool TimeLimitFromJob { get; init; }

    public TimeSpan? IdleLimit { get; init; }

    public TimeSpan? ConfigLimit { get; init; }

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

    /// <summary>The files and directories of all runs, relative.</summary>
    public IReadOnlyList<string> Left =>
        [.. Directory.EnumerateFileSystemEntries(State.Runs, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(State.Runs, path))];

    /// <summary>The files that history holds, absolute.</summary>
    public IReadOnlyList<string> Remembered =>
        Directory.Exists(State.History) ? Directory.GetFiles(State.History, "*", SearchOption.AllDirectories) : [];

    public Task<RunResult> RunAsync() =>
        new RunLifecycle(Driver, State, History, Leases, Time, _ => FindFreeBytes?.Invoke() ?? FreeBytes).ExecuteAsync(
            new RunRequest
            {
                Machine = SampleMachine.Description,
                Accelerator = AcceleratorPreference.Tcg,
                SshPort = SshPort,
                TimeLimit = TimeLimit,
                TimeLimitFromJob = TimeLimitFromJob,
                IdleLimit = IdleLimit,
                ConfigLimit = ConfigLimit,
                ShutdownGrace = TimeSpan.FromSeconds(60),
                ConfigMedium = this,
                ConsoleOutput = Console,
                Keep = Keep,
            },
            this,
            Stop,
            Time.GetTimestamp());

    /// <summary>When it is.</summary>
    public static DateTimeOffset Now { get; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>The journal of the one run, once it says so.</summary>
    public async Task<RunJournal> NotedAsync(Func<RunJournal, bool> says)
    {
        while (true)
        {
            if (JournalReading.Read(Directory.GetDirectories(State.Runs).Single()).Journal is { } journal && says(journal))
            {
                return journal;
            }

            await Task.Yield();
        }
    }

    /// <summary>Has the run hold a desk elsewhere, from before its machine starts.</summary>
    public void HoldsDesk() => Build = _ => Context!.AcquireAsync(FakeLessor.Desk("a"), _ =>
    {
        Lessor.Hold("a");
        return Task.FromResult(true);
    });

    /// <summary>Completes when an event of that type is observed.</summary>
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

    public Task CheckAsync(CancellationToken cancellationToken) => Check(cancellationToken);

    public async Task<byte[]> BuildAsync(RunContext run, CancellationToken cancellationToken)
    {
        Context = run;
        await Build(cancellationToken);
        return Built = [.. Medium];
    }

    public void Dispose()
    {
        Stop.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private TaskCompletionSource Awaited(Type type)
    {
        if (!_awaited.TryGetValue(type, out var source))
        {
            _awaited[type] = source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return source;
    }
}

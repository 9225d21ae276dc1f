using Orchestrator.Drivers;
using Orchestrator.Reporting;
using Orchestrator.State;

namespace Orchestrator.Runs;

/// <summary>Keeps a run's journal true as the run goes on. Thread-safe: actions of a run note what they do while others are under way.</summary>
internal sealed class JournalKeeper(RunDirectory directory, IRunObserver observer, RunJournal journal, RunClock clock)
{
    private readonly Lock _lock = new();

    /// <summary>What it says.</summary>
    public RunJournal Journal { get; private set; } = journal;

    /// <summary>Writes what changed; a run without a true journal must not start.</summary>
    /// <exception cref="HostException">It cannot be written.</exception>
    public void Record(Func<RunJournal, RunJournal> change)
    {
        lock (_lock)
        {
            Journal = change(Journal) with { Timeline = clock.Timeline };
            directory.Write(Journal);
        }
    }

    /// <summary>Notes a phase before the guest runs.</summary>
    /// <exception cref="HostException">It cannot be written.</exception>
    public void Reach(RunPhase phase) => Record(known => known with { Phase = phase });

    /// <summary>Notes that the guest is about to run.</summary>
    /// <exception cref="HostException">It cannot be written.</exception>
    public void Start(SshEndpoint? ssh, TimeProvider time) => Record(known => known with
    {
        Phase = RunPhase.Running,
        Started = known.Now(time),
        Deadline = known.Now(time) + known.TimeLimit,
        Ssh = ssh,
        Medium = MediumState.Inserted,
    });

    /// <summary>
    /// Notes something about a guest that runs: a disk that filled up meanwhile is no reason to end somebody's job, and recovery copes with a
    /// journal that says too little.
    /// </summary>
    public void Note(Func<RunJournal, RunJournal> change)
    {
        try
        {
            Record(change);
        }
        catch (HostException error)
        {
            observer.Observe(new RunEvent.Warning(error.Message));
        }
    }
}

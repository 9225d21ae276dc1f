using Orchestrator.Drivers;
using Orchestrator.State;

namespace Orchestrator.Runs;

/// <summary>Keeps a run's journal true as the run goes on.</summary>
internal sealed class JournalKeeper(RunDirectory directory, IRunObserver observer, RunJournal journal)
{
    /// <summary>Writes it as it is.</summary>
    /// <exception cref="HostException">It cannot be written; a run without a journal must not start.</exception>
    public void Save() => directory.Write(journal);

    /// <summary>Notes a phase before the guest runs.</summary>
    /// <exception cref="HostException">It cannot be written.</exception>
    public void Reach(RunPhase phase)
    {
        journal = journal with { Phase = phase };
        Save();
    }

    /// <summary>Notes that the guest is about to run.</summary>
    /// <exception cref="HostException">It cannot be written.</exception>
    public void Start(TimeSpan timeLimit, int? sshPort, DateTimeOffset now)
    {
        journal = journal with { Phase = RunPhase.Running, Started = now, Deadline = now + timeLimit, SshPort = sshPort };
        Save();
    }

    /// <summary>
    /// Notes a phase of a guest that runs: a disk that filled up meanwhile is no reason to end somebody's job, and recovery copes with a
    /// journal that says too little.
    /// </summary>
    public void Note(RunPhase phase)
    {
        try
        {
            Reach(phase);
        }
        catch (HostException error)
        {
            observer.Observe(new RunEvent.Warning(error.Message));
        }
    }
}

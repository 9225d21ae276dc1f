namespace Orchestrator.Linux.Processes;

/// <summary>The process behind a machine. Disposing stops observing it; the process goes on.</summary>
internal interface IObservedProcess : IDisposable
{
    /// <summary>
    /// Completes when the process has ended, with how it ended, or null where that cannot be known because it is no child of ours.
    /// Never completes once this is disposed.
    /// </summary>
    Task<WaitStatus?> Exited { get; }

    /// <summary>Sends SIGKILL. A process that has ended already is success.</summary>
    void Kill();
}

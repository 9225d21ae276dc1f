namespace Orchestrator.Service.Policy;

/// <summary>Something a service has to do. A closed hierarchy.</summary>
internal abstract record SupervisorAction
{
    private SupervisorAction()
    {
    }

    /// <summary>Begin a run of an instance as it is described now.</summary>
    public sealed record Start(string Instance, int Token) : SupervisorAction;

    /// <summary>Go on with a run of an earlier service.</summary>
    public sealed record Adopt(string Instance, int Token, string Run) : SupervisorAction;

    /// <summary>Ask a run to end: its guest to power down, its preparation to be undone.</summary>
    /// <param name="Instance">Whose.</param>
    /// <param name="Token">Which.</param>
    /// <param name="Why">For a person; null where the service's end says it.</param>
    public sealed record Stop(string Instance, int Token, string? Why) : SupervisorAction;

    /// <summary>End a run whose guest has no job, and see to it that it gets none: the run knows how.</summary>
    public sealed record Retire(int Token) : SupervisorAction;

    /// <summary>End a run at once.</summary>
    public sealed record Kill(int Token) : SupervisorAction;

    /// <summary>Leave a run to the next service.</summary>
    public sealed record Leave(int Token) : SupervisorAction;

    /// <summary>Raise <see cref="SupervisorSignal.BackoffOver"/> after a while.</summary>
    public sealed record BackOff(string Instance, int Round, TimeSpan Delay, int Failures) : SupervisorAction
    {
        /// <summary>It lasts as long as what the run needed is not to be had.</summary>
        public bool Held { get; init; }
    }

    /// <summary>Tell why an instance does not start.</summary>
    /// <param name="Instance">Which.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Demand">What it asks.</param>
    /// <param name="Committed">What the running machines ask.</param>
    public sealed record TellWaiting(string Instance, WaitReason Reason, Demand Demand, Demand Committed) : SupervisorAction;

    /// <summary>Raise <see cref="SupervisorSignal.DeadlineOver"/> when guests have had their time to finish.</summary>
    public sealed record AwaitDeadline : SupervisorAction;

    /// <summary>The service is over.</summary>
    public sealed record Finish : SupervisorAction;
}

using Orchestrator.Configuration;
using Orchestrator.State;

namespace Orchestrator.Service.Policy;

/// <summary>Something a service has to decide about. A closed hierarchy.</summary>
internal abstract record SupervisorSignal
{
    private SupervisorSignal()
    {
    }

    /// <summary>This is what is to be kept running from now on.</summary>
    /// <param name="Desired">The instances, each name once, in the order in which they are to start.</param>
    public sealed record Described(IReadOnlyList<DesiredInstance> Desired) : SupervisorSignal;

    /// <summary>A run of an earlier service is there to be adopted.</summary>
    /// <param name="Run">Its run id.</param>
    /// <param name="Instance">The instance's name.</param>
    /// <param name="Version">The version of the instance it is a copy of; empty where nobody knows.</param>
    /// <param name="Demand">What it asks of the host.</param>
    /// <param name="SshPort">Its port on the host; null where it has none.</param>
    /// <param name="SaysBusy">Whether its guest works, as it said last; null where it said nothing of that.</param>
    public sealed record Found(
        string Run, string Instance, string Version, Demand Demand, int? SshPort, bool? SaysBusy = null) : SupervisorSignal;

    /// <summary>A run's guest has started.</summary>
    public sealed record Started(int Token) : SupervisorSignal;

    /// <summary>A run's guest has opened its tray.</summary>
    public sealed record TrayOpened(int Token) : SupervisorSignal;

    /// <summary>A run's guest says whether it works.</summary>
    public sealed record GuestSaid(int Token, bool Busy) : SupervisorSignal;

    /// <summary>A run is over and nothing is left of it, or it was left to another service.</summary>
    /// <param name="Token">Which.</param>
    /// <param name="Outcome">How it ended.</param>
    /// <param name="Lasted">From the guest's start; zero where it did not start.</param>
    /// <param name="Jitter">A random number from 0 to 1, in case that a backoff is due.</param>
    public sealed record Ended(int Token, RunOutcome Outcome, TimeSpan Lasted, double Jitter) : SupervisorSignal
    {
        /// <summary>How long what it needed is not to be had from others (GitHub's rate limit); zero where nobody said so.</summary>
        public TimeSpan Hold { get; init; }
    }

    /// <summary>A backoff is over.</summary>
    public sealed record BackoffOver(string Instance, int Round) : SupervisorSignal;

    /// <summary>The service is to end; while it does, that its machines are to be left after all.</summary>
    public sealed record Drain(DrainMode Mode) : SupervisorSignal;

    /// <summary>The service was asked once more to end.</summary>
    public sealed record Insist : SupervisorSignal;

    /// <summary>The time that guests had to finish is over.</summary>
    public sealed record DeadlineOver : SupervisorSignal;
}

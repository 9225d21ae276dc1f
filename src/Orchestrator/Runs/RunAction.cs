using Orchestrator.State;

namespace Orchestrator.Runs;

/// <summary>What a run does next. A closed hierarchy.</summary>
internal abstract record RunAction
{
    private RunAction()
    {
    }

    /// <summary>Take the medium from the guest.</summary>
    public sealed record RemoveMedium : RunAction;

    /// <summary>Press the power button and start the grace period.</summary>
    public sealed record AskToPowerDown(StopCause Cause) : RunAction;

    /// <summary>End the machine at once.</summary>
    public sealed record Kill(string Why) : RunAction;
}

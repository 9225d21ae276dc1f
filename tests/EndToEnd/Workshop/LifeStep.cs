namespace Orchestrator.EndToEnd.Workshop;

/// <summary>The steps of a run's life, in order: each is the event that says so, but for the first.</summary>
public enum LifeStep
{
    /// <summary>The program was started a moment ago.</summary>
    Nothing,

    /// <summary>Its machine is being made.</summary>
    Created,

    /// <summary>Its machine is there, paused, and its configuration is not.</summary>
    Prepared,

    /// <summary>Its guest runs.</summary>
    Started,

    /// <summary>Its medium is being removed.</summary>
    TrayOpened,

    /// <summary>Its guest works.</summary>
    ConfigurationRemoved,

    /// <summary>Its guest was asked to power down, and does not listen.</summary>
    ShutdownRequested,

    /// <summary>Its machine is over, and its files are about to be removed.</summary>
    Ended,
}

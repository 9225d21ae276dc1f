namespace Orchestrator.EndToEnd.Workshop;

/// <summary>The steps of a run's life, in order: each is the event that says so, but for the first and <see cref="Registered"/>.</summary>
public enum LifeStep
{
    /// <summary>The program was started a moment ago.</summary>
    Nothing,

    /// <summary>Its machine is being made.</summary>
    Created,

    /// <summary>Its machine is there, paused; its runner is about to be registered, and is written down.</summary>
    Prepared,

    /// <summary>Its runner is registered, and it does not know; the configuration is not there yet.</summary>
    Registered,

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

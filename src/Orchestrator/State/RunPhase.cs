namespace Orchestrator.State;

/// <summary>How far a run came. Each phase is written before what it announces begins, so that recovery never assumes too little.</summary>
internal enum RunPhase
{
    /// <summary>Overlay and machine are being made; no guest code has run.</summary>
    Preparing,

    /// <summary>Secrets are being fetched and written to the config drive; no guest code has run.</summary>
    Configuring,

    /// <summary>The guest runs and may read its configuration.</summary>
    Running,

    /// <summary>The guest runs and its configuration is gone for good.</summary>
    ConfigurationRemoved,

    /// <summary>The machine is over; what is left is to be removed.</summary>
    Ended,
}

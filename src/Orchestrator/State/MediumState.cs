namespace Orchestrator.State;

/// <summary>Where the config drive's medium is.</summary>
internal enum MediumState
{
    /// <summary>In the guest's drive.</summary>
    Inserted,

    /// <summary>On its way out.</summary>
    Removing,

    /// <summary>Gone for good.</summary>
    Removed,
}

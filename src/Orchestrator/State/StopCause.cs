namespace Orchestrator.State;

/// <summary>Why a run was ended from outside the guest.</summary>
internal enum StopCause
{
    /// <summary>Its time was up.</summary>
    TimeLimit,

    /// <summary>A person or a service manager asked for it.</summary>
    Requested,

    /// <summary>The host's disk is full and the machine cannot go on.</summary>
    StorageFull,

    /// <summary>The config drive's medium could not be taken from the guest.</summary>
    MediumStuck,
}

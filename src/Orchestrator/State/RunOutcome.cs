namespace Orchestrator.State;

/// <summary>How a past run ended, in one word.</summary>
internal enum RunOutcome
{
    /// <summary>Nobody saw how.</summary>
    Unknown,

    /// <summary>The guest shut itself down.</summary>
    GuestShutdown,

    /// <summary>A person or a service manager stopped it.</summary>
    Stopped,

    /// <summary>Its time was up.</summary>
    TimeLimit,

    /// <summary>The guest's kernel panicked.</summary>
    GuestPanic,

    /// <summary>The hypervisor process died under the guest.</summary>
    HypervisorCrashed,

    /// <summary>Somebody else ended the machine.</summary>
    Killed,

    /// <summary>The host's disk was full.</summary>
    StorageFull,

    /// <summary>The config drive's medium could not be taken from the guest.</summary>
    MediumStuck,

    /// <summary>It failed before its guest ran, or its machine could not be commanded.</summary>
    Failed,

    /// <summary>The orchestrator that answered for it died, and another one removed it.</summary>
    Abandoned,
}

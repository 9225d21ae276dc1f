namespace Orchestrator.Service.Policy;

/// <summary>Why an instance that wants to start does not.</summary>
internal enum WaitReason
{
    /// <summary>It asks more than the host would have if nothing else ran.</summary>
    TooLarge,

    /// <summary>The running machines have taken what it asks.</summary>
    HostFull,

    /// <summary>Another one waits longer, and would wait for ever if it was passed.</summary>
    Queue,

    /// <summary>Another instance's machine still has its ssh-port.</summary>
    PortTaken,
}

namespace Orchestrator.Drivers;

/// <summary>A guest's network.</summary>
public enum NetworkMode
{
    /// <summary>QEMU's user network: the guest reaches out through the host, and the host reaches the guest's SSH.</summary>
    User,

    /// <summary>The host reaches the guest's SSH; the guest reaches nothing (QEMU's <c>restrict=on</c>).</summary>
    Restricted,

    /// <summary>No network device at all, hence no SSH.</summary>
    None,
}

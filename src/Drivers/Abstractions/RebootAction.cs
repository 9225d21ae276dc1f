namespace Orchestrator.Drivers;

/// <summary>What a guest's reboot does to its machine (QEMU's <c>-action reboot=</c>, libvirt's <c>on_reboot</c>).</summary>
public enum RebootAction
{
    /// <summary>The machine restarts and the run goes on.</summary>
    Restart,

    /// <summary>The reboot ends the machine, as a shutdown does.</summary>
    Shutdown,
}

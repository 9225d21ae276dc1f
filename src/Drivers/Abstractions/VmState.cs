namespace Orchestrator.Drivers;

/// <summary>What a machine that is listed does.</summary>
public enum VmState
{
    /// <summary>It exists and its guest code runs.</summary>
    Running,

    /// <summary>It exists and its guest code does not run: not started yet, or stopped by someone or by a full disk.</summary>
    Paused,

    /// <summary>It is over, but something the driver made for it is left.</summary>
    Ended,
}

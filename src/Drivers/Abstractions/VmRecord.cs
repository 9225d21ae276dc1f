namespace Orchestrator.Drivers;

/// <summary>A machine as a driver finds it, without attaching to it.</summary>
/// <param name="Id">The run.</param>
/// <param name="InstanceName">The instance it is an ephemeral copy of.</param>
/// <param name="State">What it does.</param>
public sealed record VmRecord(VmId Id, string InstanceName, VmState State);

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

namespace Orchestrator.Drivers;

/// <summary>A machine as a driver finds it, without attaching to it.</summary>
/// <param name="Id">The run.</param>
/// <param name="InstanceName">The instance it is an ephemeral copy of.</param>
/// <param name="State">What it does.</param>
public sealed record VmRecord(VmId Id, string InstanceName, VmState State);

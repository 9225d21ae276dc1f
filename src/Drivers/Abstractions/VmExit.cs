namespace Orchestrator.Drivers;

/// <summary>How a machine ended.</summary>
/// <param name="Reason">The kind of end, the same words for every driver.</param>
/// <param name="Detail">What the hypervisor said, for a person; empty when it said nothing.</param>
public sealed record VmExit(VmExitReason Reason, string Detail);

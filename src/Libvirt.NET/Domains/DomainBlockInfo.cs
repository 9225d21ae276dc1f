namespace Libvirt;

/// <summary>The sizes of a domain's disk: <c>virDomainBlockInfo</c>.</summary>
/// <param name="CapacityBytes">What the guest sees.</param>
/// <param name="AllocationBytes">What it takes on the host's storage, or the end of what was written to it.</param>
/// <param name="PhysicalBytes">The size of the file or device that holds it.</param>
public sealed record DomainBlockInfo(long CapacityBytes, long AllocationBytes, long PhysicalBytes);

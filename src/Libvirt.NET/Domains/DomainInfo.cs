namespace Libvirt;

/// <summary>What a domain has and has used: <c>virDomainInfo</c>.</summary>
/// <param name="State">What it does.</param>
/// <param name="MaximumMemoryKiB">The memory it may have, in KiB.</param>
/// <param name="MemoryKiB">The memory it has, in KiB.</param>
/// <param name="VirtualCpus">The number of its virtual processors.</param>
/// <param name="CpuTime">The host processor time it has used.</param>
public sealed record DomainInfo(DomainState State, long MaximumMemoryKiB, long MemoryKiB, int VirtualCpus, TimeSpan CpuTime);

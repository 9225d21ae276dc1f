namespace Libvirt;

/// <summary>A host's processors and memory: <c>virNodeInfo</c>.</summary>
/// <param name="Model">The processor's architecture, such as <c>x86_64</c>.</param>
/// <param name="MemoryKiB">The memory, in KiB.</param>
/// <param name="Cpus">The number of active logical processors.</param>
/// <param name="MegaHertz">The expected frequency in MHz; 0 if unknown.</param>
/// <param name="NumaNodes">The number of NUMA nodes.</param>
/// <param name="SocketsPerNode">Processor sockets per NUMA node.</param>
/// <param name="CoresPerSocket">Cores per socket.</param>
/// <param name="ThreadsPerCore">Threads per core.</param>
public sealed record NodeInfo(
    string Model, long MemoryKiB, int Cpus, int MegaHertz, int NumaNodes, int SocketsPerNode, int CoresPerSocket, int ThreadsPerCore);

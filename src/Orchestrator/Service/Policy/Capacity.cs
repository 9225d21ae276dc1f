namespace Orchestrator.Service.Policy;

/// <summary>What all machines together may ask of the host, overcommitment included.</summary>
/// <param name="MemoryBytes">Memory.</param>
/// <param name="DiskBytes">Disk; null: as much as they like.</param>
internal sealed record Capacity(long MemoryBytes, long? DiskBytes)
{
    /// <summary>Whether a demand can be met.</summary>
    public bool Allows(Demand demand) => demand.MemoryBytes <= MemoryBytes && (DiskBytes is null || demand.DiskBytes <= DiskBytes);
}

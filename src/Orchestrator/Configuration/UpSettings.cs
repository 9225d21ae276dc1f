using System.Net;

namespace Orchestrator.Configuration;

/// <summary>Settings of <c>orchestrator up</c>.</summary>
public sealed record UpSettings
{
    /// <summary>How much memory instances may ask, all together, as a share of what the host has.</summary>
    public decimal MemoryOvercommit { get; init; } = 1;

    /// <summary>How much disk, as a share of the file system with the state directory; null: as much as they like.</summary>
    public decimal? DiskOvercommit { get; init; }

    /// <summary>What becomes of the machines when the service is asked to end.</summary>
    internal DrainMode Drain { get; init; } = DrainMode.PowerDown;

    /// <summary>How long guests may take to finish their jobs where they are let.</summary>
    public TimeSpan DrainDeadline { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A run that ends sooner after its guest's start is followed by a pause.</summary>
    public TimeSpan TooSoon { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where metrics and health are told; null: nowhere.</summary>
    public IPEndPoint? Listen { get; init; }
}

using System.Text.Json;
using Orchestrator.Drivers;

namespace Orchestrator.Configuration;

/// <summary>One entry of <c>instances.json</c>: the description of a machine, never a running thing.</summary>
public sealed record Instance
{
    /// <summary>The name: <c>[A-Za-z0-9][A-Za-z0-9._-]{0,62}</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Absolute path of the base image. Whether there is such a file is for the driver to say.</summary>
    public required string ImagePath { get; init; }

    /// <summary>Number of virtual CPUs, 1 to 512.</summary>
    public required int CpuCores { get; init; }

    /// <summary>Guest memory in bytes, a multiple of 1 MiB.</summary>
    public required long RamBytes { get; init; }

    /// <summary>Virtual size of the root disk in bytes, a multiple of 512.</summary>
    public required long RootDiskBytes { get; init; }

    /// <summary>How long a run may take, counted from the guest's start.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>TCP port on 127.0.0.1 that leads to the guest's SSH; null: one that is free is to be chosen.</summary>
    public int? SshPort { get; init; }

    /// <summary>The guest's processor architecture; the host's where the file does not say.</summary>
    public required GuestArchitecture Architecture { get; init; }

    /// <summary>The driver's name; null where the host's setting applies.</summary>
    public string? Driver { get; init; }

    /// <summary>The guest's network; null where the host's setting applies.</summary>
    public NetworkMode? Network { get; init; }

    /// <summary>What a guest's reboot does to the machine.</summary>
    public RebootAction OnReboot { get; init; } = RebootAction.Restart;

    /// <summary>
    /// What the guest is to be told: any JSON object, its numbers as they were written, its functions not evaluated yet.
    /// </summary>
    public required JsonElement Config { get; init; }

    /// <summary>Where the instance was written.</summary>
    public required SourceLocation Location { get; init; }

    /// <summary>Where its config was written.</summary>
    public required SourceLocation ConfigLocation { get; init; }
}

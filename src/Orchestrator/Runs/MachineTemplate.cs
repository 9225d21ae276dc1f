using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.Runs;

/// <summary>What all runs of an instance have in common.</summary>
internal sealed record MachineTemplate
{
    /// <inheritdoc cref="VmSpec.InstanceName"/>
    public required string InstanceName { get; init; }

    /// <inheritdoc cref="VmSpec.Architecture"/>
    public required GuestArchitecture Architecture { get; init; }

    /// <inheritdoc cref="VmSpec.Accelerator"/>
    public required AcceleratorPreference Accelerator { get; init; }

    /// <inheritdoc cref="VmSpec.CpuCores"/>
    public required int CpuCores { get; init; }

    /// <inheritdoc cref="VmSpec.MemoryBytes"/>
    public required long MemoryBytes { get; init; }

    /// <inheritdoc cref="VmSpec.BaseImagePath"/>
    public required string BaseImagePath { get; init; }

    /// <inheritdoc cref="VmSpec.RootDiskBytes"/>
    public required long RootDiskBytes { get; init; }

    /// <inheritdoc cref="VmSpec.Network"/>
    public required NetworkMode Network { get; init; }

    /// <summary>TCP port on 127.0.0.1 for the guest's SSH; null: any free one. Without meaning where there is no network.</summary>
    public required int? SshPort { get; init; }

    /// <inheritdoc cref="VmSpec.OnReboot"/>
    public RebootAction OnReboot { get; init; } = RebootAction.Restart;

    /// <summary>The machine of an instance.</summary>
    /// <param name="instance">What the file says.</param>
    /// <param name="settings">What holds where it does not say.</param>
    public static MachineTemplate Of(Instance instance, HostSettings settings) => new()
    {
        InstanceName = instance.Name,
        Architecture = instance.Architecture,
        Accelerator = settings.Accelerator,
        CpuCores = instance.CpuCores,
        MemoryBytes = instance.RamBytes,
        BaseImagePath = instance.ImagePath,
        RootDiskBytes = instance.RootDiskBytes,
        Network = instance.Network ?? settings.Network,
        SshPort = instance.SshPort,
        OnReboot = instance.OnReboot,
    };

    /// <summary>The machine of one run.</summary>
    public VmSpec ForRun(VmId id, OwnerId owner, string runDirectory, int? sshPort, DateTimeOffset deadline) => new()
    {
        Id = id,
        Owner = owner,
        InstanceName = InstanceName,
        RunDirectory = runDirectory,
        Architecture = Architecture,
        Accelerator = Accelerator,
        CpuCores = CpuCores,
        MemoryBytes = MemoryBytes,
        BaseImagePath = BaseImagePath,
        RootDiskBytes = RootDiskBytes,
        Network = Network,
        SshPort = sshPort,
        OnReboot = OnReboot,
        Deadline = deadline,
    };
}

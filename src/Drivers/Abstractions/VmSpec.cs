namespace Orchestrator.Drivers;

/// <summary>A machine to prepare. Everything is resolved and checked: absolute paths, bytes, a port that was free a moment ago.</summary>
public sealed record VmSpec
{
    /// <summary>The run.</summary>
    public required VmId Id { get; init; }

    /// <summary>The state directory the run belongs to.</summary>
    public required OwnerId Owner { get; init; }

    /// <summary>The instance's name: <c>[A-Za-z0-9][A-Za-z0-9._-]{0,62}</c>.</summary>
    public required string InstanceName { get; init; }

    /// <summary>Absolute path of the run directory; exists, mode 0700. Files in it are named by <see cref="RunFiles"/>.</summary>
    public required string RunDirectory { get; init; }

    /// <summary>The guest's processor architecture.</summary>
    public required GuestArchitecture Architecture { get; init; }

    /// <summary>How guest code is to be run.</summary>
    public required AcceleratorPreference Accelerator { get; init; }

    /// <summary>Number of virtual CPUs, at least 1.</summary>
    public required int CpuCores { get; init; }

    /// <summary>Guest memory in bytes; a multiple of 1 MiB.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Absolute path of the base image, a qcow2 file. Never written to.</summary>
    public required string BaseImagePath { get; init; }

    /// <summary>Virtual size of the overlay in bytes, a multiple of 512; at least the base image's virtual size.</summary>
    public required long RootDiskBytes { get; init; }

    /// <summary>The guest's network.</summary>
    public required NetworkMode Network { get; init; }

    /// <summary>TCP port on 127.0.0.1 that leads to the guest's port 22; null where the guest has no network.</summary>
    public required int? SshPort { get; init; }

    /// <summary>What a guest's reboot does to the machine.</summary>
    public RebootAction OnReboot { get; init; } = RebootAction.Restart;

    /// <summary>When the run's time will be up, for people who look at the machine with other tools; the driver does not enforce it.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>
    /// The config drive's medium, an ISO 9660 file. Written by the run lifecycle after <see cref="IHypervisorDriver.PrepareAsync"/> (its
    /// secrets are minted last) and inserted by <see cref="IVirtualMachine.StartAsync"/>.
    /// </summary>
    public string ConfigMediaPath => Path.Combine(RunDirectory, RunFiles.ConfigMedia);
}

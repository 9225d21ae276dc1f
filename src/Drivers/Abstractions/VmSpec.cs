namespace Orchestrator.Drivers;

/// <summary>A machine to prepare, for one run.</summary>
public sealed record VmSpec
{
    /// <summary>The run.</summary>
    public required VmId Id { get; init; }

    /// <summary>The state directory the run belongs to.</summary>
    public required OwnerId Owner { get; init; }

    /// <summary>Absolute path of the run directory; exists, mode 0700. Files in it are named by <see cref="RunFiles"/>.</summary>
    public required string RunDirectory { get; init; }

    /// <summary>What it is to be.</summary>
    public required MachineDescription Machine { get; init; }

    /// <summary>
    /// How much a machine whose processor is emulated may have of its guest's code in translation, in bytes. QEMU would take up to 1 GiB, and a Linux that boots has it take 70 MiB.
    /// </summary>
    public const long TranslatedCodeBytes = 256 << 20;

    /// <summary>How guest code is to be run.</summary>
    public required AcceleratorPreference Accelerator { get; init; }

    /// <summary>The port of this host that is to lead to the guest's SSH; null: one that the driver chooses. Without meaning where the guest has no network.</summary>
    public int? SshPort { get; init; }

    /// <summary>When the run's time will be up, for people who look at the machine with other tools; the driver does not enforce it.</summary>
    public DateTimeOffset? Deadline { get; init; }
}

/// <summary>How guest code is to be run.</summary>
public enum AcceleratorPreference
{
    /// <summary>KVM where it is seen to run guest code, TCG otherwise.</summary>
    Auto,

    /// <summary>KVM, or an error.</summary>
    Kvm,

    /// <summary>QEMU's Tiny Code Generator: works anywhere, slowly.</summary>
    Tcg,
}

namespace Orchestrator.Drivers.Qemu;

/// <summary>How a <see cref="QemuDriver"/> is set up.</summary>
public sealed record QemuDriverOptions
{
    /// <summary>Absolute path of the directory whose subdirectories are run directories, named by <see cref="VmId"/>. Need not exist yet.</summary>
    public required string RunsDirectory { get; init; }

    /// <summary>
    /// Absolute path of a directory for what was found out about the host (whether KVM runs guest code); made when needed, and safe to delete.
    /// </summary>
    public required string CacheDirectory { get; init; }

    /// <summary>
    /// The QEMU for guests of the host's own architecture, a path or a program's name (the <c>qemu.binary</c> setting); null for
    /// <c>qemu-system-x86_64</c> or <c>qemu-system-aarch64</c> on <c>PATH</c>, which guests of another architecture always get.
    /// </summary>
    public string? Binary { get; init; }

    /// <summary><c>qemu-img</c>, a path or a program's name; null for the one on <c>PATH</c>.</summary>
    public string? ImgBinary { get; init; }

    /// <summary>The user that QEMU runs as (the <c>qemu.run-as</c> setting; only root can do that); null for the user that runs this process.</summary>
    public string? RunAs { get; init; }
}

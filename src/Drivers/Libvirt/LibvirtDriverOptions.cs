namespace Orchestrator.Drivers.Libvirt;

/// <summary>How a <see cref="LibvirtDriver"/> is set up.</summary>
public sealed record LibvirtDriverOptions
{
    /// <summary>
    /// The libvirt connection (the <c>libvirt.uri</c> setting): <c>qemu:///system</c>, <c>qemu:///session</c>, or another daemon of this very host, since
    /// disks and media are files here.
    /// </summary>
    public required string Uri { get; init; }

    /// <summary>Absolute path of the domain XML template (the <c>libvirt.template</c> setting); null for the built-in one.</summary>
    public string? TemplatePath { get; init; }

    /// <summary>
    /// Absolute path of the directory whose subdirectories are run directories, named by <see cref="VmId"/>; its parent is the state directory. Need not
    /// exist yet.
    /// </summary>
    public required string RunsDirectory { get; init; }

    /// <summary>Absolute path of a directory for what was found out about the host; made when needed, and safe to delete.</summary>
    public required string CacheDirectory { get; init; }

    /// <summary>Absolute path of the directory with libvirt's logs of its QEMUs; null for the usual one of <see cref="Uri"/>.</summary>
    public string? LogDirectory { get; init; }

    /// <summary><c>qemu-img</c>, a path or a program's name; null for the one on <c>PATH</c>.</summary>
    public string? ImgBinary { get; init; }
}

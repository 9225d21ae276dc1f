namespace Orchestrator.Drivers.Libvirt.Xml;

/// <summary>What the domain XML depends on: the machine and what was found out about the host. Paths are absolute.</summary>
internal sealed record DomainModel
{
    /// <summary>The machine.</summary>
    public required VmSpec Spec { get; init; }

    /// <summary>Whether KVM runs guest code; QEMU's emulator otherwise.</summary>
    public required bool Kvm { get; init; }

    /// <summary>The root disk: a qcow2 file.</summary>
    public required string OverlayPath { get; init; }

    /// <summary>Where virtlogd or QEMU appends what the guest writes to its serial port.</summary>
    public required string ConsoleLogPath { get; init; }

    /// <summary>
    /// What the overlay is backed by: the base image first, then what that is backed by, and so on. Formats are libvirt's names for them:
    /// <c>qcow2</c>, <c>raw</c>.
    /// </summary>
    public required IReadOnlyList<(string Path, string Format)> BackingChain { get; init; }

    /// <summary>The base image, its symbolic links resolved.</summary>
    public required string BaseImagePath { get; init; }

    /// <summary>The unix socket that leads to a network of the machine's own; null where it has none such.</summary>
    public string? WirePath { get; init; }

    /// <summary>The two FIFOs by which the guest says something of itself, without their endings.</summary>
    public required string GuestPortPath { get; init; }

    /// <summary>Where libvirt keeps the UEFI variables of an aarch64 machine; libvirt makes the file and does not remove it.</summary>
    public required string FirmwareVariablesPath { get; init; }
}

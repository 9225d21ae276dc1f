using System.Xml.Linq;

namespace Libvirt.Daemon;

/// <summary>
/// A guest of one disk sector that runs within a second under TCG. It writes <c>!</c> to the serial port once it runs, and then answers
/// each
/// character with the same, except <c>s</c>: it shuts down, <c>r</c>: it reboots, <c>p</c>: it reports a panic.
/// </summary>
public static class BootSectorGuest
{
    /// <summary>The alias libvirt gives to the CD-ROM drive of <see cref="DomainXml"/>.</summary>
    public const string DriveAlias = "scsi0-0-0-0";

    private static readonly byte[] Code =
    [
        0xba, 0xf8, 0x03, // mov dx, 0x3f8      the serial port's data
        0xb0, (byte)'!', // mov al, '!'
        0xee, // out dx, al
        0xba, 0xfd, 0x03, // next: mov dx, 0x3fd its line status
        0xec, // wait: in al, dx
        0xa8, 0x01, // test al, 1               something received?
        0x74, 0xfb, // jz wait
        0xba, 0xf8, 0x03, // mov dx, 0x3f8
        0xec, // in al, dx
        0x3c, (byte)'s', // cmp al, 's'
        0x74, 0x0b, // je shutdown
        0x3c, (byte)'r', // cmp al, 'r'
        0x74, 0x10, // je reboot
        0x3c, (byte)'p', // cmp al, 'p'
        0x74, 0x14, // je panic
        0xee, // out dx, al
        0xeb, 0xe5, // jmp next
        0xba, 0x04, 0x06, // shutdown: mov dx, 0x604  ACPI's PM1a_CNT on q35
        0xb8, 0x00, 0x20, // mov ax, 0x2000     SLP_EN, S5
        0xef, // out dx, ax
        0xeb, 0xdc, // jmp next
        0xba, 0xf9, 0x0c, // reboot: mov dx, 0xcf9  the reset control register
        0xb0, 0x06, // mov al, 6
        0xee, // out dx, al
        0xeb, 0xd4, // jmp next
        0xba, 0x05, 0x05, // panic: mov dx, 0x505  pvpanic
        0xb0, 0x01, // mov al, 1
        0xee, // out dx, al
        0xeb, 0xcc, // jmp next
    ];

    /// <summary>A disk whose first sector the firmware loads and runs.</summary>
    /// <param name="code">x86 in real mode, at 0x7c00.</param>
    public static byte[] DiskWith(ReadOnlySpan<byte> code)
    {
        var disk = new byte[1024 * 1024]; // the firmware reads no disk that is smaller than a cylinder
        code.CopyTo(disk);
        disk[510] = 0x55;
        disk[511] = 0xaa;
        return disk;
    }

    /// <summary>Makes the disk and a medium for the drive in a directory, and describes a domain with them.</summary>
    /// <param name="directory">Where QEMU's user may read.</param>
    /// <param name="name">The domain's name.</param>
    /// <param name="uuid">The domain's UUID.</param>
    public static string DomainXml(string directory, string name, Guid uuid)
    {
        var disk = Path.Combine(directory, $"{name}.img");
        var medium = Path.Combine(directory, $"{name}.iso");
        File.WriteAllBytes(disk, DiskWith(Code));
        File.WriteAllBytes(medium, new byte[64 * 1024]);

        return new XElement(
            "domain",
            new XAttribute("type", "qemu"),
            new XElement("name", name),
            new XElement("uuid", uuid),
            new XElement("memory", new XAttribute("unit", "MiB"), 16),
            new XElement("vcpu", 1),
            new XElement("os", new XElement("type", new XAttribute("arch", "x86_64"), new XAttribute("machine", "q35"), "hvm")),
            new XElement("features", new XElement("acpi")),
            new XElement("on_crash", "destroy"),
            new XElement(
                "devices",
                new XElement("controller", new XAttribute("type", "scsi"), new XAttribute("model", "virtio-scsi")),
                new XElement("controller", new XAttribute("type", "usb"), new XAttribute("model", "none")),
                Disk("disk", "vda", "virtio", disk),
                Disk("cdrom", "sda", "scsi", medium),
                new XElement("serial", new XAttribute("type", "pty")),
                new XElement("console", new XAttribute("type", "pty")),
                new XElement("panic", new XAttribute("model", "isa")),
                new XElement("memballoon", new XAttribute("model", "none")))).ToString();
    }

    /// <summary>The drive of <see cref="DomainXml"/> without a medium.</summary>
    public static string EmptyDriveXml() => Disk("cdrom", "sda", "scsi", null).ToString();

    private static XElement Disk(string device, string target, string bus, string? source) => new(
        "disk",
        new XAttribute("type", "file"),
        new XAttribute("device", device),
        new XElement("driver", new XAttribute("name", "qemu"), new XAttribute("type", "raw")),
        source is null ? null : new XElement("source", new XAttribute("file", source)),
        new XElement("target", new XAttribute("dev", target), new XAttribute("bus", bus)),
        device == "cdrom" ? new XElement("readonly") : null);
}

using Libvirt.Daemon;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>
/// Guests of one disk sector, which do one thing as soon as the firmware has loaded it: for tests of which the guest is to be over, whatever it did before.
/// They cost a tenth of one that boots.
/// </summary>
public static class SectorGuest
{
    /// <summary>Powers off: PM1a_CNT of q35 is told to sleep as S5 (ACPI 4.8.3.2.1).</summary>
    public static ReadOnlyMemory<byte> PowersOff { get; } = new byte[]
    {
        0xba, 0x04, 0x06, // mov dx, 0x604
        0xb8, 0x00, 0x20, // mov ax, 0x2000     SLP_EN
        0xef, // out dx, ax
        0xeb, 0xfe, // jmp $
    };

    /// <summary>Reboots: ICH9's reset control register (RST_CNT) is told so.</summary>
    public static ReadOnlyMemory<byte> Reboots { get; } = new byte[]
    {
        0xba, 0xf9, 0x0c, // mov dx, 0xcf9
        0xb0, 0x06, // mov al, 6                RST_CPU, SYS_RST
        0xee, // out dx, al
        0xeb, 0xfe, // jmp $
    };

    /// <summary>Makes an image of one, in the workbench.</summary>
    /// <returns>Its path.</returns>
    public static async Task<string> MakeAsync(Workbench bench, ReadOnlyMemory<byte> code)
    {
        var (raw, image) = (bench.PathOf("sector.raw"), bench.PathOf("sector.qcow2"));
        await File.WriteAllBytesAsync(raw, BootSectorGuest.DiskWith(code.Span), TestContext.Current.CancellationToken);
        await bench.UseAsync("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, image);
        File.SetUnixFileMode(image, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return image;
    }
}

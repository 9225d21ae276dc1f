using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Libvirt.Daemon;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>
/// Guests of one disk sector, which do one thing as soon as the firmware has loaded it: for tests in which it does not matter what else a guest does. They
/// cost a tenth of one that boots.
/// </summary>
public static partial class SectorGuest
{
    /// <summary>Stays. It never opens its tray, and hears no power button.</summary>
    public static ReadOnlyMemory<byte> Stays { get; } = new byte[]
    {
        0xfa, // cli
        0xf4, // hlt
        0xeb, 0xfd, // jmp to it
    };

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

    /// <summary>Panics: the pvpanic device is told so.</summary>
    public static ReadOnlyMemory<byte> Panics { get; } = new byte[]
    {
        0xba, 0x05, 0x05, // mov dx, 0x505
        0xb0, 0x01, // mov al, 1
        0xee, // out dx, al
        0xeb, 0xfe, // jmp $
    };

    /// <summary>Writes to its disk from the first MiB on, then says <c>!</c> on its console and does what another one does.</summary>
    /// <param name="mebibytes">How much it writes, fewer than 128.</param>
    /// <param name="then">The other one.</param>
    public static ReadOnlyMemory<byte> Writes(byte mebibytes, ReadOnlyMemory<byte> then) => new byte[]
    {
        0x31, 0xc0, // xor ax, ax
        0x8e, 0xd8, // mov ds, ax
        0xbe, 0x24, 0x7c, // mov si, packet
        0xb4, 0x43, // next: mov ah, 0x43       extended write
        0xb2, 0x80, // mov dl, 0x80             to the first disk
        0xcd, 0x13, // int 0x13
        0x66, 0x83, 0x44, 0x08, 0x40, // add dword [si + 8], 64
        0xff, 0x4c, 0x10, // dec word [si + 16]
        0x75, 0xf0, // jnz next
        0xba, 0xf8, 0x03, // mov dx, 0x3f8      the serial port's data
        0xb0, (byte)'!', // mov al, '!'
        0xee, // out dx, al
        0xb0, (byte)'\n', // mov al, '\n'
        0xee, // out dx, al
        0xeb, 0x14, // jmp then
        0x00, 0x00,
        0x10, 0x00, 0x40, 0x00, // packet:      16 bytes; 64 sectors
        0x00, 0x00, 0x00, 0x10, // from 1000:0
        0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, // to sector 2048
        (byte)(mebibytes * 32), (byte)(mebibytes * 32 >> 8), // as many times
    }.Concat(then.ToArray()).ToArray();

    /// <summary>Says <c>!</c> on its console, waits until somebody types a character there, and does what another one does.</summary>
    /// <param name="then">The other one.</param>
    public static ReadOnlyMemory<byte> Waits(ReadOnlyMemory<byte> then) => (byte[])
    [
        0xfa, // cli                            or else the firmware, whose console it is too, takes what is typed (SeaBIOS's sercon)
        0x31, 0xc0, // xor ax, ax
        0x8e, 0xd8, // mov ds, ax
        0x8e, 0xc0, // mov es, ax
        0xfc, // cld
        0xbe, 0x00, 0x7c, // mov si, 0x7c00     out of the way of the other one, which is to be where the firmware loads
        0xbf, 0x00, 0x06, // mov di, 0x600
        0xb9, 0x00, 0x01, // mov cx, 256
        0xf3, 0xa5, // rep movsw
        0xea, 0x18, 0x06, 0x00, 0x00, // jmp 0:0x618, the next line there
        0xba, 0xf8, 0x03, // mov dx, 0x3f8      the serial port's data
        0xb0, (byte)'!', // mov al, '!'
        0xee, // out dx, al
        0xb0, (byte)'\n', // mov al, '\n'
        0xee, // out dx, al
        0xb2, 0xfd, // mov dl, 0xfd             its line status
        0xec, // wait: in al, dx
        0xa8, 0x01, // test al, 1               something received?
        0x74, 0xfb, // jz wait
        0xb2, 0xf8, // mov dl, 0xf8
        0xec, // in al, dx
        0xbe, 0x3b, 0x7c, // mov si, then
        0xbf, 0x00, 0x7c, // mov di, 0x7c00
        0xb9, 0x00, 0x01, // mov cx, 256
        0xf3, 0xa5, // rep movsw
        0xea, 0x00, 0x7c, 0x00, 0x00, // jmp 0:0x7c00
        .. then.Span,
    ];

    /// <summary>Writes the instances file with the instance in it, whose guest is one of these.</summary>
    public static async Task DescribeAsync(
        this Workbench bench, ReadOnlyMemory<byte> guest, string config = "{}", Action<JsonObject>? change = null)
    {
        var image = await MakeAsync(bench, guest);
        bench.Describe(config, instance =>
        {
            instance["image"] = image;
            change?.Invoke(instance);
        });
    }

    /// <summary>Makes an image of one, in the workbench.</summary>
    /// <returns>Its path.</returns>
    public static async Task<string> MakeAsync(Workbench bench, ReadOnlyMemory<byte> guest)
    {
        // Made once: one that a guest runs from cannot be made anew.
        var image = bench.PathOf($"sector-{Convert.ToHexStringLower(SHA256.HashData(guest.Span)[..4])}.qcow2");
        if (File.Exists(image))
        {
            return image;
        }

        var raw = bench.PathOf("sector.raw");
        await File.WriteAllBytesAsync(raw, BootSectorGuest.DiskWith(guest.Span), TestContext.Current.CancellationToken);
        await bench.UseAsync("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, image);
        File.SetUnixFileMode(image, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return image;
    }
}

namespace Orchestrator.Drivers.Qemu.Tests;

/// <summary>Guests that are a boot sector, written as bytes.</summary>
public static class Guests
{
    /// <summary>Turns the machine off by ACPI at once: port 0x604, S5 of q35 as SeaBIOS sets it up.</summary>
    public static byte[] PowersOff => Sector(
    [
        0xBA, 0x04, 0x06, // mov dx, 0x604   PM1a control: SeaBIOS puts the power management ports at 0x600
        0xB8, 0x00, 0x20, // mov ax, 0x2000  SLP_EN, sleep type 0
        0xEF,             // out dx, ax
        0xF4,             // hlt
    ]);

    /// <summary>Resets the machine by the keyboard controller's successor, port 0xCF9.</summary>
    public static byte[] Reboots => Sector(
    [
        0xBA, 0xF9, 0x0C, // mov dx, 0xCF9
        0xB0, 0x06,       // mov al, 6
        0xEE,             // out dx, al
        0xF4,             // hlt
    ]);

    /// <summary>Reports a panic through the ISA pvpanic device, port 0x505.</summary>
    public static byte[] Panics => Sector(
    [
        0xBA, 0x05, 0x05, // mov dx, 0x505
        0xB0, 0x01,       // mov al, 1
        0xEE,             // out dx, al
        0xF4,             // hlt
    ]);

    /// <summary>Writes <c>!</c> to the serial console, then echoes what comes from there.</summary>
    public static byte[] Echoes => Sector(
    [
        0xFA,             // cli                  SeaBIOS reads its serial keyboard with each tick of the clock, and would take what is not its own
        0xBA, 0xFD, 0x03, // mov dx, 0x3FD       line status
        0xEC,             // wait: in al, dx
        0xA8, 0x20,       // test al, 0x20       room to send: without it, a busy host loses bytes
        0x74, 0xFB,       // jz wait
        0xB2, 0xF8,       // mov dl, 0xF8
        0xB0, 0x21,       // mov al, '!'
        0xEE,             // out dx, al
        0xB2, 0xFD,       // again: mov dl, 0xFD
        0xEC,             // in al, dx
        0x24, 0x21,       // and al, 0x21        room to send, and something received
        0x3C, 0x21,       // cmp al, 0x21
        0x75, 0xF7,       // jne again
        0xB2, 0xF8,       // mov dl, 0xF8
        0xEC,             // in al, dx
        0xEE,             // out dx, al
        0xEB, 0xF1,       // jmp again
    ]);

    /// <summary>Writes 32 KiB to every 64 KiB of its disk, by the BIOS, which says in DL which disk it booted from.</summary>
    public static byte[] FillsItsDisk => Sector(
    [
        0x31, 0xC0,                         // 7C00  xor ax, ax
        0x8E, 0xD8,                         //       mov ds, ax
        0xBE, 0x18, 0x7C,                   // 7C04  again: mov si, packet
        0xB8, 0x00, 0x43,                   //       mov ax, 0x4300             extended write
        0xCD, 0x13,                         //       int 0x13
        0x81, 0x06, 0x20, 0x7C, 0x80, 0x00, // 7C0C  add word [packet + 8], 128 the next cluster
        0xEB, 0xF0,                         // 7C12  jmp again
        0x90, 0x90, 0x90, 0x90,             //       nop
        0x10, 0x00, 0x40, 0x00,             // 7C18  packet: 16 bytes, 64 sectors
        0x00, 0x7C, 0x00, 0x00,             //       from 0000:7C00
        0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, // to sector 128
    ]);

    /// <summary>Does nothing for ever, and costs nothing.</summary>
    public static byte[] Idles => Sector([0xFA, 0xF4, 0xEB, 0xFC]); // cli; hlt; jmp

    private static byte[] Sector(byte[] code)
    {
        var sector = new byte[512];
        code.CopyTo(sector, 0);
        sector[510] = 0x55;
        sector[511] = 0xAA;
        return sector;
    }
}

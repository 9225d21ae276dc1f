using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Linux;

namespace Orchestrator.Drivers.Host.Acceleration;

/// <summary>
/// A guest of a few dozen bytes that turns a loop twenty million times and leaves. A processor needs some ten milliseconds for it; where KVM exists
/// but every guest instruction is emulated, as in badly nested virtualisation, it takes many seconds. Nothing less tells the two apart:
/// <c>/dev/kvm</c> opens in both, and a guest without a loop ends in both.
/// </summary>
internal sealed class TrialProgram
{
    private const string Node = "trial";
    private const int Set = 1;

    /// <summary>For a PC, a boot sector.</summary>
    /// <remarks>It goes on to 64-bit mode with paging, since that is where guests live: some hosts emulate real mode and nothing else.</remarks>
    private static readonly byte[] BootSector =
    [
        0xFA,                                           // 7C00  cli
        0xFC,                                           //       cld
        0x31, 0xC0,                                     //       xor   ax, ax
        0x8E, 0xD8,                                     //       mov   ds, ax
        0x8E, 0xC0,                                     //       mov   es, ax
        0xBF, 0x00, 0x10,                               //       mov   di, 0x1000          three empty page tables
        0xB9, 0x00, 0x18,                               //       mov   cx, 3 * 4096 / 2
        0xF3, 0xAB,                                     //       rep stosw
        0xC7, 0x06, 0x00, 0x10, 0x03, 0x20,             //       mov   word [0x1000], 0x2003
        0xC7, 0x06, 0x00, 0x20, 0x03, 0x30,             //       mov   word [0x2000], 0x3003
        0xC7, 0x06, 0x00, 0x30, 0x83, 0x00,             //       mov   word [0x3000], 0x0083   the first 2 MiB onto themselves
        0x0F, 0x20, 0xE0,                               //       mov   eax, cr4
        0x0C, 0x20,                                     //       or    al, PAE
        0x0F, 0x22, 0xE0,                               //       mov   cr4, eax
        0x66, 0xB8, 0x00, 0x10, 0x00, 0x00,             //       mov   eax, 0x1000
        0x0F, 0x22, 0xD8,                               //       mov   cr3, eax
        0x66, 0xB9, 0x80, 0x00, 0x00, 0xC0,             //       mov   ecx, IA32_EFER
        0x0F, 0x32,                                     //       rdmsr
        0x80, 0xCC, 0x01,                               //       or    ah, LME
        0x0F, 0x30,                                     //       wrmsr
        0x0F, 0x01, 0x16, 0x78, 0x7C,                   //       lgdt  [gdtr]
        0x0F, 0x20, 0xC0,                               //       mov   eax, cr0
        0x66, 0x0D, 0x01, 0x00, 0x00, 0x80,             //       or    eax, PG | PE
        0x0F, 0x22, 0xC0,                               //       mov   cr0, eax
        0xEA, 0x56, 0x7C, 0x08, 0x00,                   //       jmp   8:long
        0xB9, 0x00, 0x2D, 0x31, 0x01,                   // 7C56  long: mov ecx, 20000000
        0xFF, 0xC9,                                     //       again: dec ecx
        0x75, 0xFC,                                     //       jnz   again
        0xB0, 0x10,                                     //       mov   al, 0x10
        0xE6, 0xF4,                                     //       out   0xF4, al            isa-debug-exit
        0xF4,                                           //       hlt
        0x0F, 0x1F, 0x40, 0x00,                         //       nop
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, // 7C68  gdt: the null segment
        0x00, 0x00, 0x00, 0x00, 0x00, 0x9A, 0x20, 0x00, //       64-bit code
        0x0F, 0x00, 0x68, 0x7C, 0x00, 0x00,             // 7C78  gdtr: 15, gdt
    ];

    private static readonly uint[] Aarch64Code =
    [
        0x5285A001, // movz w1, #0x2D00
        0x72A02621, // movk w1, #0x131, lsl #16     20000000
        0x71000421, // again: subs w1, w1, #1
        0x54FFFFE1, // b.ne again
        0x52800100, // movz w0, #0x0008
        0x72B08000, // movk w0, #0x8400, lsl #16    PSCI SYSTEM_OFF
        0xD4000002, // hvc  #0
        0x14000000, // b    .
    ];

    private readonly GuestArchitecture _architecture;

    private TrialProgram(GuestArchitecture architecture) => _architecture = architecture;

    /// <summary>The code QEMU exits with when the guest came to its end: <c>isa-debug-exit</c> makes 2n + 1 of the n it is given.</summary>
    public int ExpectedExitCode => _architecture == GuestArchitecture.X64 ? (0x10 << 1) | 1 : 0;

    /// <summary>The program for an architecture.</summary>
    public static TrialProgram For(GuestArchitecture architecture) => new(architecture);

    /// <summary>The program on a medium that the guest starts from, in memory and open for reading.</summary>
    public SafeFileHandle CreateMedium()
    {
        const int bootSignatureOffset = 510;

        // The BIOS wants to see at least a cylinder; the flash of QEMU's virt machine has exactly this size.
        const long diskBytes = 1L << 20;
        const long flashBytes = 64L << 20;
        using var medium = Libc.CreateMemoryFile("trial");
        if (_architecture == GuestArchitecture.X64)
        {
            RandomAccess.Write(medium, BootSector, 0);
            RandomAccess.Write(medium, [0x55, 0xAA], bootSignatureOffset);
            RandomAccess.SetLength(medium, diskBytes);
        }
        else
        {
            RandomAccess.Write(medium, MemoryMarshal.AsBytes(Aarch64Code.AsSpan()), 0);
            RandomAccess.SetLength(medium, flashBytes);
        }

        // QEMU takes a descriptor for reading only where that is all it can do.
        return Libc.Open(FormattableString.Invariant($"/proc/self/fd/{medium.DangerousGetHandle()}"), Libc.ReadOnly);
    }

    /// <summary>QEMU's arguments for it.</summary>
    /// <param name="accelerator"><c>kvm</c> or <c>tcg</c>.</param>
    /// <param name="cpu">The processor model machines will get.</param>
    /// <param name="medium">The descriptor of <see cref="CreateMedium"/>.</param>
    public IReadOnlyList<string> Arguments(string accelerator, string cpu, int medium) =>
    [
        "-accel", accelerator, "-cpu", cpu, "-m", "64M",
        "-no-user-config", "-nodefaults", "-display", "none", "-no-reboot",
        "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
        "-add-fd", FormattableString.Invariant($"fd={medium},set={Set}"),
        "-blockdev", FormattableString.Invariant($"driver=file,node-name={Node},filename=/dev/fdset/{Set},read-only=on"),
        .. _architecture == GuestArchitecture.X64
            ? (string[])
            [
                "-machine", "q35",
                "-device", $"virtio-blk-pci,drive={Node},bootindex=0",
                "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
            ]
            : ["-machine", $"virt,gic-version=max,pflash0={Node}"],
    ];
}

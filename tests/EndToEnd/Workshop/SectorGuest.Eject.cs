namespace Orchestrator.EndToEnd.Workshop;

/// <content>One that opens its tray, for which it has all of a driver that this takes: virtio 1.2 (4.1, 5.6) and MMC-6.</content>
public static partial class SectorGuest
{
    private const string FindTheController =
        "fa" // cli
        + "fc" // cld
        + "31c9" // xor cx, cx
        + "8ed9" // mov ds, cx
        + "66bb00000080" // mov ebx, 0x80000000
        + "b100" // find: mov cl, 0                     vendor and device
        + "e85900" // call read
        + "663df41a0410" // cmp eax, 0x10041af4         virtio-scsi, as QEMU makes it beside the root ports,
        + "7411" // je found
        + "663df41a4810" // cmp eax, 0x10481af4         and below one
        + "7409" // je found
        + "6681c300010000" // add ebx, 0x100            the next function, of whatever device and bus
        + "ebe2"; // jmp find

    // By which a device's registers are got at that lie where no real mode comes (4.1.4.9).
    private const string FindItsWindow =
        "b134" // found: mov cl, 0x34                   the first capability
        + "e83b00" // call read
        + "88c1" // next: mov cl, al
        + "e83600" // call read
        + "66c1c008" // rol eax, 8
        + "3d0509" // cmp ax, 0x0905                    vendor's, VIRTIO_PCI_CAP_PCI_CFG
        + "7406" // je window
        + "66c1e810" // shr eax, 16
        + "ebec"; // jmp next

    private const string WriteTheTable =
        "be897c" // window: mov si, table
        + "ad" // each: lodsw
        + "660fb7c0" // movzx eax, ax
        + "b508" // mov ch, 8                           where to
        + "e82000" // call write
        + "ac" // lodsb
        + "660fb6c0" // movzx eax, al
        + "b50c" // mov ch, 12                          how many bytes
        + "e81600" // call write
        + "66ad" // lodsd
        + "b510" // mov ch, 16                          what
        + "e80f00" // call write
        + "81fedd7c" // cmp si, end of table
        + "72df"; // jb each

    private const string ReadAndWrite =
        "e80d00" // read: call select
        + "66ed" // in eax, dx
        + "c3" // ret
        + "6650" // write: push eax
        + "e80500" // call select
        + "6658" // pop eax
        + "66ef" // out dx, eax
        + "c3" // ret
        + "6689d8" // select: mov eax, ebx
        + "88c8" // mov al, cl
        + "00e8" // add al, ch
        + "baf80c" // mov dx, 0xcf8
        + "66ef" // out dx, eax
        + "b2fc" // mov dl, 0xfc
        + "c3"; // ret

    // Each: where to (4.1.4.3; QEMU has the notifications at 0x3000, four bytes each), how many bytes, what.
    private const string Table =
        "1400 01 00000000" // device_status: reset
        + "1400 01 03000000" // ACKNOWLEDGE and DRIVER
        + "0800 04 01000000" // driver_feature_select: the upper half
        + "0c00 04 01000000" // driver_feature: VERSION_1
        + "1400 01 0b000000" // FEATURES_OK
        + "1600 02 02000000" // queue_select: the first of requests
        + "2000 04 e07c0000" // queue_desc: the descriptors
        + "2800 04 007d0000" // queue_driver: the available ring
        + "3000 04 00800000" // queue_device
        + "1c00 02 01000000" // queue_enable
        + "1400 01 0f000000" // DRIVER_OK
        + "0830 02 02000000"; // notified

    private const string Queue =
        "8d7400" // to the next 16 bytes
        + "0c7d000000000000 33000000 0100 0100" // descriptors: the request, 51 bytes, and the next one
        + "0090000000000000 6c000000 0200 0000" // the answer, 108 bytes to write
        + "0000 0400 0000 0000 0000 0000" // available ring: the request four times, as a drive answers first what happened to it
        + "0100400000000000" // request: logical unit 0 of target 0
        + "0000000000000000 00 00 00"
        + "1b 00 00 00 02 00"; // START STOP UNIT, LOEJ

    // As above, behind a read: the descriptors that do not fit before the ring are behind it.
    private const string ReadingQueue =
        "8d7400"
        + "507d000000000000 33000000 0100 0100" // descriptors: the request to eject
        + "0090000000000000 6c000000 0200 0000"
        + "0000 0800 0400 0400 0400 0400 0000 0000 0000 0000" // available ring: each request four times
        + "000000000000000000000000"
        + "697d000000000000 33000000 0100 0500" // descriptors from the fourth on: the request to read,
        + "0091000000000000 6c000000 0300 0600" // its answer
        + "0000010000000000 00000100 0200 0000" // and 64 KiB for what is read
        + "0100400000000000 0000000000000000 00 00 00 1b 00 00 00 02 00"
        + "0100400000000000 0000000000000000 00 00 00"
        + "28 00 00000010 00 0020 00"; // READ (10), 32 sectors from the 16th on: all that a small medium has

    private static readonly byte[] Ejection = Assemble("e9bb00", Queue); // jmp then

    private static readonly byte[] ReadingEjection = Assemble("e91c01", ReadingQueue); // jmp then

    /// <summary>Opens its tray and does what another one does.</summary>
    /// <param name="then">The other one.</param>
    public static ReadOnlyMemory<byte> Ejects(ReadOnlyMemory<byte> then) => (byte[])[.. Ejection, .. then.Span];

    /// <summary>Reads its medium, opens its tray and does what another one does.</summary>
    /// <param name="then">The other one.</param>
    public static ReadOnlyMemory<byte> ReadsAndEjects(ReadOnlyMemory<byte> then) => (byte[])[.. ReadingEjection, .. then.Span];

    private static byte[] Assemble(string jump, string queue) => Convert.FromHexString(
        (FindTheController + FindItsWindow + WriteTheTable + jump + ReadAndWrite + Table + queue).Replace(" ", "", StringComparison.Ordinal));
}

# shellcheck shell=bash
# Sourced by the builders: what boots an image, and the disk that it lies on. Takes neither root nor loop devices; equal inputs give equal images.

# pack_tree DIRECTORY TAR: a tree that is to be the guest's, as root's, whoever has checked it out, and closed to others' writing.
pack_tree() {
    tar --create --file="$2" --directory="$1" --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX .
}

# make_efi_program OBJCOPY STUB KERNEL INITRD PARAMETERS FILE: a kernel with its initramfs and command line as one program for UEFI, by systemd's stub.
make_efi_program() {
    local initrd_at
    # Close together: the firmware takes memory for all between them.
    initrd_at=$(printf 0x%x $((0x100000 + ($(stat --format %s "$3") + 0xfffff) / 0x100000 * 0x100000)))
    printf '%s\0' "$5" >"$6.cmdline"
    "$1" --add-section .cmdline="$6.cmdline" --change-section-vma .cmdline=0x80000 --add-section .linux="$3" --change-section-vma .linux=0x100000 \
        --add-section .initrd="$4" --change-section-vma .initrd="$initrd_at" "$2" "$6"
    rm "$6.cmdline"
}

# make_disk ARCH BOOT_MIB ROOT OUTPUT FILE...: a qcow2 image laid out as cloud images are: the file system ROOT is partition 1 and the last on the disk, where it
# can grow, and what boots it, the FILEs on a FAT file system, comes before: for x86_64 syslinux.cfg and what it names, for aarch64 BOOTAA64.EFI.
make_disk() {
    local arch=$1 boot_mib=$2 root=$3 output=$4 disk=$4.disk root_type boot_type=linux root_start boot root_bytes
    shift 4
    # The types by which systemd knows a root file system.
    case $arch in
    x86_64) root_type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709 ;;
    aarch64) root_type=B921B045-1DF0-41C3-AF44-4C6F280D3FAE boot_type=uefi ;;
    esac
    root_start=$((1 + boot_mib)) boot=$disk@@1M
    root_bytes=$(stat --format %s "$root")
    truncate -s $(((root_start << 20) + root_bytes + (1 << 20))) "$disk"
    sfdisk --quiet "$disk" <<PARTITIONS
label: gpt
label-id: 6F726368-6573-7472-6174-6F7200000000
14: start=1MiB, size=${boot_mib}MiB, type=$boot_type, attrs=LegacyBIOSBootable, uuid=6F726368-6573-7472-6174-6F720000000E
1: start=${root_start}MiB, size=$((root_bytes / 512)), type=$root_type, uuid=6F726368-6573-7472-6174-6F7200000001
PARTITIONS
    # Few clusters and a short table of them: syslinux waits for each sector of it.
    mformat -i "$boot" -T $((boot_mib * 2048)) -h 64 -s 32 -H 2048 -c 64 -N 0 ::
    if [ "$arch" = x86_64 ]; then
        dd if=/usr/lib/syslinux/mbr/gptmbr.bin of="$disk" bs=440 count=1 conv=notrunc status=none
        mcopy -i "$boot" "$@" ::
        syslinux --install --offset $((1 << 20)) "$disk"
    else
        mmd -i "$boot" ::/EFI ::/EFI/BOOT
        mcopy -i "$boot" "$@" ::/EFI/BOOT
    fi
    dd if="$root" of="$disk" bs=1M seek="$root_start" conv=notrunc,sparse status=none
    qemu-img convert -f raw -O qcow2 "$disk" "$output"
    rm "$disk"
}

namespace Orchestrator.Drivers.Qemu.Arguments;

/// <summary>Finds the UEFI firmware that an aarch64 guest boots with. A q35 machine has QEMU's own BIOS.</summary>
internal static class Firmware
{
    private static readonly string[] Candidates =
    [
        "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd",                // Debian, Ubuntu: qemu-efi-aarch64
        "/usr/share/AAVMF/AAVMF_CODE.no-secboot.fd",              // Ubuntu, newer
        "/usr/share/AAVMF/AAVMF_CODE.fd",                         // Debian, Ubuntu
        "/usr/share/edk2/aarch64/QEMU_EFI.fd",                    // Fedora, RHEL: edk2-aarch64
        "/usr/share/edk2/aarch64/QEMU_EFI-silent-pflash.raw",
        "/usr/share/edk2-armvirt/aarch64/QEMU_EFI.fd",            // Arch: edk2-armvirt
        "/usr/share/qemu/edk2-aarch64-code.fd",                   // QEMU's own build
        "/usr/share/qemu/qemu-uefi-aarch64.bin",                  // openSUSE: qemu-uefi-aarch64
    ];

    /// <summary>The firmware a guest needs, or null where it needs none of ours.</summary>
    /// <exception cref="HostException">It needs one and none is installed.</exception>
    public static string? Find(GuestArchitecture architecture) => architecture == GuestArchitecture.X64
        ? null
        : TryFindUefi() ?? throw new HostException(
            HostProblem.MissingProgram,
            "UEFI firmware for aarch64 guests is not installed; install it: apt-get install qemu-efi-aarch64");

    /// <summary>The UEFI firmware for aarch64, or null where none is installed.</summary>
    public static string? TryFindUefi() => Array.Find(Candidates, File.Exists);
}

namespace Orchestrator.Drivers;

/// <summary>A guest's processor architecture.</summary>
public enum GuestArchitecture
{
    /// <summary>x86_64, on QEMU's <c>q35</c> machine.</summary>
    X64,

    /// <summary>aarch64, on QEMU's <c>virt</c> machine with UEFI firmware.</summary>
    Arm64,
}

namespace Orchestrator.Drivers.Host.Acceleration;

/// <summary>What runs guest code.</summary>
public enum Accelerator
{
    /// <summary>The processor, by the kernel's KVM.</summary>
    Kvm,

    /// <summary>QEMU's Tiny Code Generator, in software.</summary>
    Tcg,
}

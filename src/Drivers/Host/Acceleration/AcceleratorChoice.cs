namespace Orchestrator.Drivers.Host.Acceleration;

/// <summary>The accelerator a machine gets.</summary>
/// <param name="Accelerator">The accelerator.</param>
/// <param name="Warning">Why it is not the fast one, for the user; null when it is, or when the user asked for the slow one.</param>
public sealed record AcceleratorChoice(Accelerator Accelerator, string? Warning);

/// <summary>What runs guest code.</summary>
public enum Accelerator
{
    /// <summary>The processor, by the kernel's KVM.</summary>
    Kvm,

    /// <summary>QEMU's Tiny Code Generator, in software.</summary>
    Tcg,
}

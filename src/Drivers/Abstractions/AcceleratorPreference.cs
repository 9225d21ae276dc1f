namespace Orchestrator.Drivers;

/// <summary>How guest code is to be run.</summary>
public enum AcceleratorPreference
{
    /// <summary>KVM where it is seen to run guest code, TCG otherwise.</summary>
    Auto,

    /// <summary>KVM, or an error.</summary>
    Kvm,

    /// <summary>QEMU's Tiny Code Generator: works anywhere, slowly.</summary>
    Tcg,
}

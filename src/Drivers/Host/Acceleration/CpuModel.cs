namespace Orchestrator.Drivers.Host.Acceleration;

/// <summary>QEMU's processor models (<c>-cpu</c>).</summary>
internal static class CpuModel
{
    /// <summary>The processor model a machine gets, and KVM is tried out with.</summary>
    public static string For(GuestArchitecture architecture, Accelerator accelerator) => (architecture, accelerator) switch
    {
        (_, Accelerator.Kvm) => "host",

        // The architected pointer authentication algorithm costs an emulated guest more than everything else together.
        (GuestArchitecture.Arm64, _) => "max,pauth-impdef=on",
        _ => "max",
    };
}

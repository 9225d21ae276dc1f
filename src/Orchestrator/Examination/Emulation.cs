using Orchestrator.Drivers;
using Orchestrator.Drivers.Host.Acceleration;

namespace Orchestrator.Examination;

/// <summary>Guests whose processor is emulated (TCG).</summary>
internal static class Emulation
{
    /// <summary>Whether a machine's is, as far as that can be told without trying KVM.</summary>
    public static bool IsExpected(MachineDescription machine, AcceleratorPreference accelerator) => accelerator switch
    {
        AcceleratorPreference.Kvm => false,
        AcceleratorPreference.Tcg => true,
        _ => machine.Architecture != KvmTrial.HostArchitecture || !File.Exists(KvmTrial.Device),
    };
}

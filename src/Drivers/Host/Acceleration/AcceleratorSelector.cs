namespace Orchestrator.Drivers.Host.Acceleration;

/// <summary>Decides what runs a guest's code.</summary>
internal static class AcceleratorSelector
{
    /// <summary>Turns a preference into a choice.</summary>
    /// <param name="preference">What the user wants.</param>
    /// <param name="guest">The guest's architecture.</param>
    /// <param name="host">The host's architecture as KVM has it, or null.</param>
    /// <param name="judgeKvm">Says whether KVM works; called only when that matters.</param>
    /// <exception cref="HostException">KVM is demanded and does not work.</exception>
    public static async Task<AcceleratorChoice> SelectAsync(
        AcceleratorPreference preference, GuestArchitecture guest, GuestArchitecture? host, Func<Task<Verdict>> judgeKvm)
    {
        if (preference == AcceleratorPreference.Tcg)
        {
            return new AcceleratorChoice(Accelerator.Tcg, null);
        }

        var verdict = guest == host
            ? await judgeKvm().ConfigureAwait(false)
            : new Verdict(false, $"it cannot run {NameOf(guest)} guests on this host");
        if (verdict.Works)
        {
            return new AcceleratorChoice(Accelerator.Kvm, null);
        }

        var reason = verdict.Reason.TrimEnd('.'); // QEMU's own words are a sentence now and then: "Assertion … failed."
        return preference == AcceleratorPreference.Auto
            ? new AcceleratorChoice(Accelerator.Tcg, $"KVM does not work here, so the guest is emulated (TCG) and slow: {reason}")
            : throw new HostException(
                HostProblem.Other, $"KVM was asked for and does not work: {reason}; without --accelerator kvm the guest is emulated, slowly");
    }

    /// <summary>The name QEMU and kernels use.</summary>
    public static string NameOf(GuestArchitecture architecture) => architecture == GuestArchitecture.X64 ? "x86_64" : "aarch64";
}

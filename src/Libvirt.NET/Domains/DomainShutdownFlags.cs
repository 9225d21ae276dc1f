namespace Libvirt;

/// <summary>
/// How to ask a guest to shut down or reboot: <c>virDomainShutdownFlagValues</c> and <c>virDomainRebootFlagValues</c>, whose values
/// are the same.
/// </summary>
[Flags]
public enum DomainShutdownFlags
{
    /// <summary>As the hypervisor prefers (<c>VIR_DOMAIN_SHUTDOWN_DEFAULT</c>).</summary>
    Default = 0,

    /// <summary>Press the ACPI power button (<c>VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN</c>).</summary>
    AcpiPowerButton = 1 << 0,

    /// <summary>Ask the guest agent (<c>VIR_DOMAIN_SHUTDOWN_GUEST_AGENT</c>).</summary>
    GuestAgent = 1 << 1,

    /// <summary>Ask the init process (containers) (<c>VIR_DOMAIN_SHUTDOWN_INITCTL</c>).</summary>
    InitControl = 1 << 2,

    /// <summary>Send a signal (containers) (<c>VIR_DOMAIN_SHUTDOWN_SIGNAL</c>).</summary>
    Signal = 1 << 3,

    /// <summary>By paravirtual control (Xen) (<c>VIR_DOMAIN_SHUTDOWN_PARAVIRT</c>).</summary>
    Paravirtual = 1 << 4,
}

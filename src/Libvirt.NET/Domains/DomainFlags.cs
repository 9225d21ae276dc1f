namespace Libvirt;

/// <summary>How to start a domain: <c>virDomainCreateFlags</c>.</summary>
[Flags]
public enum DomainCreateFlags
{
    /// <summary>As the XML says (<c>VIR_DOMAIN_NONE</c>).</summary>
    None = 0,

    /// <summary>Executes nothing until <see cref="LibvirtDomain.Resume"/> (<c>VIR_DOMAIN_START_PAUSED</c>).</summary>
    Paused = 1 << 0,
}

/// <summary>How to ask a guest to shut down: <c>virDomainShutdownFlagValues</c>.</summary>
[Flags]
public enum DomainShutdownFlags
{
    /// <summary>As the hypervisor prefers (<c>VIR_DOMAIN_SHUTDOWN_DEFAULT</c>).</summary>
    Default = 0,

    /// <summary>Press the ACPI power button (<c>VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN</c>).</summary>
    AcpiPowerButton = 1 << 0,
}

/// <summary>What a change of a device applies to: <c>virDomainDeviceModifyFlags</c>.</summary>
[Flags]
public enum DeviceModifyFlags
{
    /// <summary>The running domain if it runs, its configuration if not (<c>VIR_DOMAIN_DEVICE_MODIFY_CURRENT</c>).</summary>
    Current = 0,

    /// <summary>The running domain (<c>VIR_DOMAIN_DEVICE_MODIFY_LIVE</c>).</summary>
    Live = 1 << 0,

    /// <summary>Even if the guest locked the tray (<c>VIR_DOMAIN_DEVICE_MODIFY_FORCE</c>).</summary>
    Force = 1 << 2,
}

/// <summary>How to open a console: <c>virDomainConsoleFlags</c>.</summary>
[Flags]
public enum ConsoleFlags
{
    /// <summary>Fails if someone else has it open.</summary>
    None = 0,

    /// <summary>Throws out whoever has it open (<c>VIR_DOMAIN_CONSOLE_FORCE</c>).</summary>
    Force = 1 << 0,
}

/// <summary>Which domains to list: <c>virConnectListAllDomainsFlags</c>.</summary>
[Flags]
public enum ListDomainsFlags
{
    /// <summary>All.</summary>
    None = 0,

    /// <summary>Running or paused (<c>VIR_CONNECT_LIST_DOMAINS_ACTIVE</c>).</summary>
    Active = 1 << 0,
}

namespace Libvirt;

/// <summary>How to start a domain: <c>virDomainCreateFlags</c>.</summary>
[Flags]
public enum DomainCreateFlags
{
    /// <summary>As the XML says (<c>VIR_DOMAIN_NONE</c>).</summary>
    None = 0,

    /// <summary>Executes nothing until <see cref="LibvirtDomain.Resume"/> (<c>VIR_DOMAIN_START_PAUSED</c>).</summary>
    Paused = 1 << 0,

    /// <summary>Destroyed when this connection closes, for whatever reason (<c>VIR_DOMAIN_START_AUTODESTROY</c>).</summary>
    AutoDestroy = 1 << 1,

    /// <summary>Avoids the file system's cache when restoring (<c>VIR_DOMAIN_START_BYPASS_CACHE</c>).</summary>
    BypassCache = 1 << 2,

    /// <summary>Discards a managed save (<c>VIR_DOMAIN_START_FORCE_BOOT</c>).</summary>
    ForceBoot = 1 << 3,

    /// <summary>Checks the XML against libvirt's schema first (<c>VIR_DOMAIN_START_VALIDATE</c>).</summary>
    Validate = 1 << 4,

    /// <summary>Makes the firmware's variables anew, libvirt 8.1.0 (<c>VIR_DOMAIN_START_RESET_NVRAM</c>).</summary>
    ResetNvram = 1 << 5,
}

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

/// <summary>How to destroy a domain: <c>virDomainDestroyFlagsValues</c>.</summary>
[Flags]
public enum DomainDestroyFlags
{
    /// <summary>SIGTERM first, SIGKILL after some seconds (<c>VIR_DOMAIN_DESTROY_DEFAULT</c>).</summary>
    Default = 0,

    /// <summary>
    /// SIGTERM only: fails with <see cref="LibvirtErrorCode.ResourceBusy"/> rather than kill (<c>VIR_DOMAIN_DESTROY_GRACEFUL</c>).
    /// </summary>
    Graceful = 1 << 0,

    /// <summary>Removes the domain's log file too, libvirt 8.3.0 (<c>VIR_DOMAIN_DESTROY_REMOVE_LOGS</c>).</summary>
    RemoveLogs = 1 << 1,
}

/// <summary>What goes with a domain's persistent configuration: <c>virDomainUndefineFlagsValues</c>.</summary>
[Flags]
public enum DomainUndefineFlags
{
    /// <summary>Nothing else.</summary>
    None = 0,

    /// <summary>Its managed save (<c>VIR_DOMAIN_UNDEFINE_MANAGED_SAVE</c>).</summary>
    ManagedSave = 1 << 0,

    /// <summary>What is known of its snapshots (<c>VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA</c>).</summary>
    SnapshotsMetadata = 1 << 1,

    /// <summary>Its firmware's variables (<c>VIR_DOMAIN_UNDEFINE_NVRAM</c>).</summary>
    Nvram = 1 << 2,

    /// <summary>Not its firmware's variables (<c>VIR_DOMAIN_UNDEFINE_KEEP_NVRAM</c>).</summary>
    KeepNvram = 1 << 3,
}

/// <summary>What a domain's XML is to contain: <c>virDomainXMLFlags</c>.</summary>
[Flags]
public enum DomainXmlFlags
{
    /// <summary>The live configuration, without secrets.</summary>
    None = 0,

    /// <summary>Secrets too (<c>VIR_DOMAIN_XML_SECURE</c>).</summary>
    Secure = 1 << 0,

    /// <summary>What the next start would use (<c>VIR_DOMAIN_XML_INACTIVE</c>).</summary>
    Inactive = 1 << 1,

    /// <summary>The CPU's details filled in (<c>VIR_DOMAIN_XML_UPDATE_CPU</c>).</summary>
    UpdateCpu = 1 << 2,

    /// <summary>Fit for migration and for <see cref="LibvirtConnection.Restore"/> (<c>VIR_DOMAIN_XML_MIGRATABLE</c>).</summary>
    Migratable = 1 << 3,
}

/// <summary>How to save or restore: <c>virDomainSaveRestoreFlags</c>.</summary>
[Flags]
public enum SaveFlags
{
    /// <summary>As it was.</summary>
    None = 0,

    /// <summary>Avoids the file system's cache (<c>VIR_DOMAIN_SAVE_BYPASS_CACHE</c>).</summary>
    BypassCache = 1 << 0,

    /// <summary>Runs after restoring, whatever it did when saved (<c>VIR_DOMAIN_SAVE_RUNNING</c>).</summary>
    Running = 1 << 1,

    /// <summary>Is paused after restoring, whatever it did when saved (<c>VIR_DOMAIN_SAVE_PAUSED</c>).</summary>
    Paused = 1 << 2,

    /// <summary>Makes the firmware's variables anew when restoring, libvirt 8.1.0 (<c>VIR_DOMAIN_SAVE_RESET_NVRAM</c>).</summary>
    ResetNvram = 1 << 3,
}

/// <summary>What a change of a device applies to: <c>virDomainDeviceModifyFlags</c>.</summary>
[Flags]
public enum DeviceModifyFlags
{
    /// <summary>The running domain if it runs, its configuration if not (<c>VIR_DOMAIN_DEVICE_MODIFY_CURRENT</c>).</summary>
    Current = 0,

    /// <summary>The running domain (<c>VIR_DOMAIN_DEVICE_MODIFY_LIVE</c>).</summary>
    Live = 1 << 0,

    /// <summary>The persistent configuration (<c>VIR_DOMAIN_DEVICE_MODIFY_CONFIG</c>).</summary>
    Config = 1 << 1,

    /// <summary>Even if the guest locked the tray (<c>VIR_DOMAIN_DEVICE_MODIFY_FORCE</c>).</summary>
    Force = 1 << 2,
}

/// <summary>What a change applies to: <c>virDomainModificationImpact</c>.</summary>
[Flags]
public enum ModificationImpact
{
    /// <summary>The running domain if it runs, its configuration if not (<c>VIR_DOMAIN_AFFECT_CURRENT</c>).</summary>
    Current = 0,

    /// <summary>The running domain (<c>VIR_DOMAIN_AFFECT_LIVE</c>).</summary>
    Live = 1 << 0,

    /// <summary>The persistent configuration (<c>VIR_DOMAIN_AFFECT_CONFIG</c>).</summary>
    Config = 1 << 1,
}

/// <summary>How to open a console: <c>virDomainConsoleFlags</c>.</summary>
[Flags]
public enum ConsoleFlags
{
    /// <summary>Fails if someone else has it open.</summary>
    None = 0,

    /// <summary>Throws out whoever has it open (<c>VIR_DOMAIN_CONSOLE_FORCE</c>).</summary>
    Force = 1 << 0,

    /// <summary>Only if the driver guarantees one client at a time (<c>VIR_DOMAIN_CONSOLE_SAFE</c>).</summary>
    Safe = 1 << 1,
}

/// <summary>In which language a QEMU monitor command is: <c>virDomainQemuMonitorCommandFlags</c>.</summary>
[Flags]
public enum QemuMonitorFlags
{
    /// <summary>QMP (<c>VIR_DOMAIN_QEMU_MONITOR_COMMAND_DEFAULT</c>).</summary>
    Default = 0,

    /// <summary>The human monitor's (<c>VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP</c>).</summary>
    HumanMonitor = 1 << 0,
}

/// <summary>A kind of metadata: <c>virDomainMetadataType</c>.</summary>
public enum MetadataKind
{
    /// <summary>Free text (<c>VIR_DOMAIN_METADATA_DESCRIPTION</c>).</summary>
    Description = 0,

    /// <summary>One line (<c>VIR_DOMAIN_METADATA_TITLE</c>).</summary>
    Title = 1,

    /// <summary>An XML element in a namespace of one's own (<c>VIR_DOMAIN_METADATA_ELEMENT</c>).</summary>
    Element = 2,
}

/// <summary>Which domains to list: <c>virConnectListAllDomainsFlags</c>. Flags of one group widen, groups narrow.</summary>
[Flags]
public enum ListDomainsFlags
{
    /// <summary>All.</summary>
    None = 0,

    /// <summary>Running or paused (<c>VIR_CONNECT_LIST_DOMAINS_ACTIVE</c>).</summary>
    Active = 1 << 0,

    /// <summary>Neither (<c>VIR_CONNECT_LIST_DOMAINS_INACTIVE</c>).</summary>
    Inactive = 1 << 1,

    /// <summary>With a persistent configuration (<c>VIR_CONNECT_LIST_DOMAINS_PERSISTENT</c>).</summary>
    Persistent = 1 << 2,

    /// <summary>Without one (<c>VIR_CONNECT_LIST_DOMAINS_TRANSIENT</c>).</summary>
    Transient = 1 << 3,

    /// <summary>Running (<c>VIR_CONNECT_LIST_DOMAINS_RUNNING</c>).</summary>
    Running = 1 << 4,

    /// <summary>Paused (<c>VIR_CONNECT_LIST_DOMAINS_PAUSED</c>).</summary>
    Paused = 1 << 5,

    /// <summary>Shut off (<c>VIR_CONNECT_LIST_DOMAINS_SHUTOFF</c>).</summary>
    ShutOff = 1 << 6,

    /// <summary>In any other state (<c>VIR_CONNECT_LIST_DOMAINS_OTHER</c>).</summary>
    Other = 1 << 7,

    /// <summary>With a managed save (<c>VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE</c>).</summary>
    ManagedSave = 1 << 8,

    /// <summary>Without one (<c>VIR_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE</c>).</summary>
    NoManagedSave = 1 << 9,

    /// <summary>Started with the host (<c>VIR_CONNECT_LIST_DOMAINS_AUTOSTART</c>).</summary>
    Autostart = 1 << 10,

    /// <summary>Not started with the host (<c>VIR_CONNECT_LIST_DOMAINS_NO_AUTOSTART</c>).</summary>
    NoAutostart = 1 << 11,

    /// <summary>With snapshots (<c>VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT</c>).</summary>
    HasSnapshot = 1 << 12,

    /// <summary>Without snapshots (<c>VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT</c>).</summary>
    NoSnapshot = 1 << 13,
}

namespace Libvirt;

/// <summary>In which language a QEMU monitor command is: <c>virDomainQemuMonitorCommandFlags</c>.</summary>
[Flags]
public enum QemuMonitorFlags
{
    /// <summary>QMP (<c>VIR_DOMAIN_QEMU_MONITOR_COMMAND_DEFAULT</c>).</summary>
    Default = 0,

    /// <summary>The human monitor's (<c>VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP</c>).</summary>
    HumanMonitor = 1 << 0,
}

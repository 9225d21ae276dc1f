namespace Libvirt;

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

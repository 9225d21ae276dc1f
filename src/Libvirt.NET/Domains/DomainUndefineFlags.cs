namespace Libvirt;

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

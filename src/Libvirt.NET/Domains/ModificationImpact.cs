namespace Libvirt;

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

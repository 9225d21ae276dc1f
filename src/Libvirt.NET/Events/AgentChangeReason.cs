namespace Libvirt;

/// <summary>Why the guest agent's state changed: <c>virConnectDomainEventAgentLifecycleReason</c>.</summary>
public enum AgentChangeReason
{
    /// <summary>Unknown (<c>VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_UNKNOWN</c>).</summary>
    Unknown = 0,

    /// <summary>The domain started (<c>VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_DOMAIN_STARTED</c>).</summary>
    DomainStarted = 1,

    /// <summary>The agent opened or closed its channel (<c>VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_CHANNEL</c>).</summary>
    Channel = 2,
}

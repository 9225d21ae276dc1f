namespace Libvirt;

/// <summary>Whether the guest agent is there: <c>virConnectDomainEventAgentLifecycleState</c>.</summary>
public enum AgentState
{
    /// <summary>It is (<c>VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_CONNECTED</c>).</summary>
    Connected = 1,

    /// <summary>It is not (<c>VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_DISCONNECTED</c>).</summary>
    Disconnected = 2,
}

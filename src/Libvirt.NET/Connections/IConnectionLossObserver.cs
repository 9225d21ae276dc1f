namespace Libvirt.Connections;

/// <summary>Something that waits for a daemon, and must not for ever.</summary>
internal interface IConnectionLossObserver
{
    /// <summary>Called once at most, on the event loop's thread, after every event that came before the loss.</summary>
    void OnConnectionLost(LibvirtException cause);
}

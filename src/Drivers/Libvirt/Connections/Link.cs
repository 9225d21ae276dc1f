using Libvirt;

namespace Orchestrator.Drivers.Libvirt.Connections;

/// <summary>One connection to the daemon and its events, from its opening to its loss.</summary>
internal sealed class Link : IDisposable
{
    private const DomainEventKinds Kinds = DomainEventKinds.Lifecycle
        | DomainEventKinds.Reboot
        | DomainEventKinds.IoError
        | DomainEventKinds.TrayChange
        | DomainEventKinds.MetadataChange;

    // QEMU's words for a pressed power button, and for a write that failed, whose reason libvirt keeps to itself.
    private static readonly string[] OfMonitor = ["POWERDOWN", "BLOCK_IO_ERROR"];

    // A daemon that is silent for half a minute is gone, or as good as.
    private static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(5);
    private const int KeepAliveCount = 5;

    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DomainEventSubscription _events;

    private Link(LibvirtConnection connection, DomainEventSubscription events)
    {
        Connection = connection;
        _events = events;
    }

    /// <summary>The connection.</summary>
    public LibvirtConnection Connection { get; }

    /// <summary>Every domain's events. They end with a <see cref="LibvirtException"/> when the connection is lost.</summary>
    public IAsyncEnumerable<DomainEvent> Events => _events.ReadAllAsync();

    /// <summary>Completes when this link has been replaced, or given up.</summary>
    public Task Gone => _gone.Task;

    /// <summary>Whether a call that failed did so for want of a connection.</summary>
    public bool IsLost
    {
        get
        {
            try
            {
                return Connection.Closed.IsCompleted || !Connection.IsAlive;
            }
            catch (Exception exception) when (exception is LibvirtException or ObjectDisposedException)
            {
                return true;
            }
        }
    }

    /// <summary>Connects and subscribes. Blocks.</summary>
    /// <exception cref="LibvirtException">That is not possible.</exception>
    public static Link Open(string uri)
    {
        var connection = LibvirtConnection.Open(uri);
        try
        {
            connection.SetKeepAlive(KeepAliveInterval, KeepAliveCount);
            return new Link(connection, Subscribe(connection));
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static DomainEventSubscription Subscribe(LibvirtConnection connection)
    {
        try
        {
            return connection.SubscribeDomainEvents(Kinds, OfMonitor);
        }
        catch (LibvirtException exception) when (exception.Code is LibvirtErrorCode.LibraryUnavailable or LibvirtErrorCode.NoSupport)
        {
            // Without libvirt-qemu only the name of whoever asked a guest to shut down is lost, and why a write failed that no lack of room made fail.
            return connection.SubscribeDomainEvents(Kinds);
        }
    }

    /// <summary>Tells who waits for it that this link is of no use any more.</summary>
    public void MarkGone() => _gone.TrySetResult();

    public void Dispose()
    {
        _events.Dispose();
        Connection.Dispose();
    }
}

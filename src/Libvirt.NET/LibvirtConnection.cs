using Libvirt.Connections;
using Libvirt.Events;
using Libvirt.Interop;

namespace Libvirt;

/// <summary>A connection to a hypervisor, usually through a libvirt daemon (<c>virConnectPtr</c>).</summary>
/// <remarks>
/// <para>Thread-safe. Members that ask the daemon block for as long as it takes to answer, and throw <see cref="LibvirtException"/>
/// with libvirt's error when it refuses. A call cannot be interrupted; with <see cref="SetKeepAlive"/> it fails once the daemon is
/// silent.</para>
/// <para>Disposing ends the subscriptions. As in libvirt, the connection itself stays open until the domains and streams that came from it
/// are disposed (or collected) too.</para>
/// </remarks>
public sealed unsafe partial class LibvirtConnection : IDisposable
{
    private readonly ConnectionHandle _handle;
    private readonly ConnectionState _state;
    private readonly Lock _gate = new();
    private readonly HashSet<DomainEventSubscription> _subscriptions = [];
    private bool _disposed;

    private LibvirtConnection(ConnectionHandle handle, ConnectionState state)
    {
        _handle = handle;
        _state = state;
    }

    /// <summary>
    /// Completes when the connection is over, with the reason: <see cref="ConnectionCloseReason.Client"/> after <see cref="Dispose"/>,
    /// another when it was lost. Never faults. A lost connection does not come back; open another.
    /// </summary>
    /// <remarks>Drivers without a daemon, such as <c>test:///default</c>, lose no connections.</remarks>
    public Task<ConnectionCloseReason> Closed => _state.Closed;

    internal ConnectionHandle Handle => _handle;

    internal ConnectionState State => _state;

    /// <summary>
    /// Opens a connection (<c>virConnectOpenAuth</c> without interaction) and watches for its loss
    /// (<c>virConnectRegisterCloseCallback</c>).
    /// </summary>
    /// <param name="uri">Such as <c>qemu:///system</c>.</param>
    /// <exception cref="LibvirtException">
    /// <see cref="LibvirtErrorCode.LibraryUnavailable"/>: there is no usable libvirt on this machine.
    /// <see cref="LibvirtErrorCode.SystemError"/>:
    /// no daemon listens, or its socket may not be used. <see cref="LibvirtErrorCode.NoConnect"/>: no driver accepts the URI. Or others
    /// of libvirt.
    /// </exception>
    public static LibvirtConnection Open(string uri)
    {
        LibvirtLibrary.EnsureAvailable();
        EventLoop.ThrowIfFailed();
        var handle = NativeMethods.virConnectOpenAuth(uri, 0, 0);
        if (handle.IsInvalid)
        {
            var error = NativeErrors.Last();
            handle.Dispose();
            throw error;
        }

        var state = new ConnectionState(uri);
        try
        {
            WatchForLoss(handle, state);
        }
        catch
        {
            handle.Dispose();
            throw;
        }

        return new LibvirtConnection(handle, state);
    }

    /// <summary>
    /// Has both sides send a message after so much silence, and give the other up after so many unanswered ones
    /// (<c>virConnectSetKeepAlive</c>): calls then fail and <see cref="Closed"/> completes instead of waiting for ever.
    /// </summary>
    /// <param name="interval">The silence, in whole seconds, at least one.</param>
    /// <param name="count">How many messages may go unanswered.</param>
    /// <returns>False if the other side cannot, or needs no such thing.</returns>
    public bool SetKeepAlive(TimeSpan interval, int count)
    {
        var seconds = (int)interval.TotalSeconds;
        ArgumentOutOfRangeException.ThrowIfLessThan(seconds, 1, nameof(interval));
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var result = NativeMethods.virConnectSetKeepAlive(_handle, seconds, (uint)count);
        if (result >= 0)
        {
            return result == 0;
        }

        var error = NativeErrors.Last();
        return error.Code == LibvirtErrorCode.NoSupport ? false : throw error;
    }

    /// <summary>Ends the subscriptions and lets the connection go (<c>virConnectClose</c>). Idempotent.</summary>
    public void Dispose()
    {
        DomainEventSubscription[] subscriptions;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            subscriptions = [.. _subscriptions];
        }

        foreach (var subscription in subscriptions)
        {
            subscription.Dispose();
        }

        _state.Close(ConnectionCloseReason.Client);
        _handle.Dispose();
    }

    private static void WatchForLoss(ConnectionHandle handle, ConnectionState state)
    {
        var key = ConnectionCallbacks.Watch(state);
        handle.OwnCloseCallback(key);
        if (NativeMethods.virConnectRegisterCloseCallback(handle, &ConnectionCallbacks.OnClose, key, &ConnectionCallbacks.OnFreed) < 0)
        {
            throw NativeErrors.Last();
        }
    }
}

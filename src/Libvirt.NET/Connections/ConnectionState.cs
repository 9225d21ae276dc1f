namespace Libvirt.Connections;

/// <summary>
/// What is known of a connection's end, and who is to be told. libvirt holds on to this through the close callback; it knows neither the
/// connection nor its handles, so a connection that was dropped is still collected.
/// </summary>
internal sealed class ConnectionState(string uri)
{
    private readonly Lock _gate = new();
    private readonly HashSet<IConnectionLossObserver> _observers = [];
    private readonly TaskCompletionSource<ConnectionCloseReason> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LibvirtException? _loss;

    public Task<ConnectionCloseReason> Closed => _closed.Task;

    public void Add(IConnectionLossObserver observer)
    {
        LibvirtException? loss;
        lock (_gate)
        {
            loss = _loss;
            if (loss is null)
            {
                _observers.Add(observer);
            }
        }

        if (loss is not null)
        {
            observer.OnConnectionLost(loss);
        }
    }

    public void Remove(IConnectionLossObserver observer)
    {
        lock (_gate)
        {
            _observers.Remove(observer);
        }
    }

    /// <summary>The connection is over; the first reason stays.</summary>
    public void Close(ConnectionCloseReason reason)
    {
        IConnectionLossObserver[] observers;
        LibvirtException loss;
        lock (_gate)
        {
            if (_loss is not null)
            {
                return;
            }

            _loss = loss = new LibvirtException(
                LibvirtErrorCode.Rpc, LibvirtErrorDomain.Remote, $"the connection to {uri} is over: {Describe(reason)}");
            observers = [.. _observers];
            _observers.Clear();
        }

        foreach (var observer in observers)
        {
            observer.OnConnectionLost(loss);
        }

        _closed.TrySetResult(reason);
    }

    private static string Describe(ConnectionCloseReason reason) => reason switch
    {
        ConnectionCloseReason.EndOfFile => "the daemon went away",
        ConnectionCloseReason.KeepAlive => "the daemon did not answer in time",
        ConnectionCloseReason.Client => "it was closed on this side",
        _ => "an input or output error",
    };
}

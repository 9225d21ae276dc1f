using System.Threading.Channels;

namespace Orchestrator.Drivers.Host.Machines;

/// <summary>A machine's events between the driver and their one reader. Thread-safe.</summary>
internal sealed class VmEventQueue
{
    // A guest raises some events at will. A reader that lags this far behind misses those rather than run us out of memory.
    private const int MaxUnread = 10_000;

    private readonly Channel<VmEvent> _events = Channel.CreateUnbounded<VmEvent>();

    /// <summary>Adds one. After the end, nothing is added.</summary>
    public void Publish(VmEvent what)
    {
        if (_events.Reader.Count < MaxUnread || what is not (VmEvent.TrayOpened or VmEvent.TrayClosed or VmEvent.GuestRebooted or VmEvent.GuestSaid))
        {
            _events.Writer.TryWrite(what);
        }
    }

    /// <summary>No more will come. Idempotent.</summary>
    public void End() => _events.Writer.TryComplete();

    /// <summary>The events, those from before the reading included.</summary>
    public IAsyncEnumerable<VmEvent> ReadAllAsync() => _events.Reader.ReadAllAsync();
}

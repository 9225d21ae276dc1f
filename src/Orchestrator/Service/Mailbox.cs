using System.Threading.Channels;

namespace Orchestrator.Service;

/// <summary>Deeds that one loop does one after another, so that what they touch needs no lock.</summary>
/// <param name="time">The clock.</param>
internal sealed class Mailbox(TimeProvider time) : IDisposable
{
    private readonly Channel<Action> _deeds = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly HashSet<ITimer> _timers = [];

    /// <summary>Has something done; from any thread.</summary>
    public void Post(Action deed) => _deeds.Writer.TryWrite(deed);

    /// <summary>Has something done after a while; from the loop only.</summary>
    public void After(TimeSpan delay, Action deed)
    {
        ITimer? timer = null;
        timer = time.CreateTimer(
            _ => Post(() =>
            {
                _timers.Remove(timer!);
                timer!.Dispose();
                deed();
            }),
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        _timers.Add(timer);
        timer.Change(delay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Does the next deed, when there is one.</summary>
    public async Task DoNextAsync(CancellationToken cancellationToken) => (await _deeds.Reader.ReadAsync(cancellationToken))();

    /// <summary>Does what is there already.</summary>
    public void DoAll()
    {
        while (_deeds.Reader.TryRead(out var deed))
        {
            deed();
        }
    }

    public void Dispose()
    {
        foreach (var timer in _timers)
        {
            timer.Dispose();
        }
    }
}

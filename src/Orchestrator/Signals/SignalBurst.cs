namespace Orchestrator.Signals;

/// <summary>
/// Tells a second request from the first one that came twice. Ctrl+C goes to every process of a terminal, and a shell or supervisor among them hands it
/// on; timeout(1) signals its command and then its process group; the end of a session is a SIGTERM and a SIGHUP.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class SignalBurst(TimeProvider time)
{
    /// <summary>Within this time signals are one request: no longer than a person needs to see what the first one did, far longer than programs need.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private long? _began;

    /// <summary>Takes notice of a signal.</summary>
    /// <returns>Whether it is a request of its own.</returns>
    public bool Begins()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (_began is { } began && time.GetElapsedTime(began, now) < Length)
            {
                return false;
            }

            _began = now;
            return true;
        }
    }
}

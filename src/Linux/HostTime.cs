namespace Orchestrator.Linux;

/// <summary>
/// The host's clocks: the wall clock, and for timestamps the time since the boot (CLOCK_BOOTTIME of clock_gettime(2)), which all processes share, nobody can
/// set, and a suspended host does not stop.
/// </summary>
internal sealed class HostTime : TimeProvider
{
    /// <summary>The only one.</summary>
    public static HostTime Instance { get; } = new();

    private HostTime()
    {
    }

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => Libc.SinceBoot();
}

using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Orchestrator.Service.Systemd;

/// <summary>
/// Tells the service manager how the service does, by sd_notify(3)'s protocol: datagrams of <c>KEY=VALUE</c> lines to the unix socket that
/// <c>NOTIFY_SOCKET</c> names. Nobody listening is no error.
/// </summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly Socket? _socket;

    private NotifySocket(Socket? socket, TimeSpan? watchdog)
    {
        _socket = socket;
        Watchdog = watchdog;
    }

    /// <summary>How often the manager wants to hear that the service is well; null: never.</summary>
    public TimeSpan? Watchdog { get; }

    /// <summary>What the environment says (sd_notify(3), sd_watchdog_enabled(3)).</summary>
    /// <param name="variable">Reads an environment variable.</param>
    public static NotifySocket Open(Func<string, string?> variable)
    {
        var path = variable("NOTIFY_SOCKET");
        if (path is not (['/' or '@', _, ..]))
        {
            return new NotifySocket(null, null);
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            // A name that begins with '@' is in the kernel's abstract space, which is written with a zero byte.
            socket.Connect(new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
            socket.SendTimeout = 1000;
            return new NotifySocket(socket, ReadWatchdog(variable));
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            socket.Dispose();
            return new NotifySocket(null, null);
        }
    }

    /// <summary>The service works.</summary>
    public void Ready() => Send("READY=1");

    /// <summary>The service takes in its configuration anew; <see cref="Ready"/> follows.</summary>
    /// <param name="time">The clock, whose timestamps are CLOCK_MONOTONIC's.</param>
    public void Reloading(TimeProvider time) => Send(string.Create(
        CultureInfo.InvariantCulture,
        $"RELOADING=1\nMONOTONIC_USEC={time.GetElapsedTime(0, time.GetTimestamp()).Ticks / TimeSpan.TicksPerMicrosecond}"));

    /// <summary>The service is about to end.</summary>
    /// <param name="within">How long it may take, whatever the unit's <c>TimeoutStopSec</c> says.</param>
    public void Stopping(TimeSpan within) => Send(string.Create(
        CultureInfo.InvariantCulture, $"STOPPING=1\nEXTEND_TIMEOUT_USEC={within.Ticks / TimeSpan.TicksPerMicrosecond}"));

    /// <summary>The service is well.</summary>
    public void Alive() => Send("WATCHDOG=1");

    /// <summary>One line for <c>systemctl status</c>.</summary>
    public void Status(string line) => Send($"STATUS={line}");

    public void Dispose() => _socket?.Dispose();

    private static TimeSpan? ReadWatchdog(Func<string, string?> variable)
    {
        var forUs = variable("WATCHDOG_PID") is not { Length: > 0 } pid
            || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return forUs && long.TryParse(variable("WATCHDOG_USEC"), CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;
    }

    private void Send(string state)
    {
        try
        {
            _socket?.Send(Encoding.UTF8.GetBytes(state));
        }
        catch (SocketException)
        {
            // A manager that went away, or is too busy to listen, is no reason to end machines.
        }
    }
}

using System.Globalization;
using Orchestrator.Drivers.Qemu.Arguments;

namespace Orchestrator.Drivers.Qemu.Machines;

/// <summary>Why QEMU ended a machine, in the words of its <c>qapi/run-state.json</c> (ShutdownCause).</summary>
internal static class ShutdownCause
{
    public const string HostError = "host-error";
    public const string HostQuit = "host-qmp-quit";
    public const string HostSignal = "host-signal";
    public const string HostWindow = "host-ui";
    public const string GuestShutdown = "guest-shutdown";
    public const string GuestReset = "guest-reset";
    public const string GuestPanic = "guest-panic";

    // The order of the enumeration: what a number in the log means.
    private static readonly string[] Names =
    [
        "none", HostError, HostQuit, "host-qmp-system-reset", HostSignal, HostWindow, GuestShutdown, GuestReset, GuestPanic,
        "subsystem-reset", "snapshot-load",
    ];

    /// <summary>
    /// The cause in QEMU's log, where the trace event <see cref="QemuArguments.ShutdownTrace"/> put it; this is how a machine that ended while nobody
    /// watched still tells why.
    /// </summary>
    /// <returns>The first one, or null.</returns>
    public static string? FindIn(string log)
    {
        const string start = QemuArguments.ShutdownTrace + " reason=";
        foreach (var line in log.Split('\n'))
        {
            var index = line.IndexOf(start, StringComparison.Ordinal);
            if (index >= 0
                && int.TryParse(line.AsSpan(index + start.Length).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number > 0
                && number < Names.Length)
            {
                return Names[number];
            }
        }

        return null;
    }
}

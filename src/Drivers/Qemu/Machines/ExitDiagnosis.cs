using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Drivers.Qemu.Arguments;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Qemu.Machines;

/// <summary>Everything that is known about how a machine ended, and what follows from it.</summary>
internal sealed record ExitDiagnosis
{
    private const int KillSignal = 9;

    /// <summary>The cause QEMU gave (<see cref="ShutdownCause"/>), as an event or in its log; null when it gave none.</summary>
    public required string? Cause { get; init; }

    /// <summary>How the process ended; null where that cannot be known.</summary>
    public required WaitStatus? Status { get; init; }

    /// <summary>Why this driver killed it; null when it did not.</summary>
    public required string? KilledBecause { get; init; }

    /// <summary>The power button was pressed before.</summary>
    public required bool PowerDownRequested { get; init; }

    /// <summary>The end of QEMU's log.</summary>
    public required string Log { get; init; }

    /// <summary>Somebody watched when it ended, so that a missing cause means there was none.</summary>
    public required bool Watched { get; init; }

    /// <summary>The verdict.</summary>
    public VmExit Judge() => Cause switch
    {
        ShutdownCause.GuestShutdown when PowerDownRequested =>
            new VmExit(VmExitReason.PoweredOff, "the guest shut down when asked to"),
        ShutdownCause.GuestShutdown => new VmExit(VmExitReason.GuestShutdown, "the guest shut itself down"),
        ShutdownCause.GuestReset => new VmExit(VmExitReason.GuestShutdown, "the guest rebooted, which ends this instance"),
        ShutdownCause.GuestPanic => new VmExit(VmExitReason.GuestPanic, "the guest's kernel panicked"),
        ShutdownCause.HostError => new VmExit(VmExitReason.HypervisorCrashed, Sentence("QEMU gave up", LastWords())),
        ShutdownCause.HostSignal => new VmExit(
            VmExitReason.Killed, Sentence("QEMU was terminated by a signal", Find("terminating on signal") ?? string.Empty)),
        ShutdownCause.HostQuit => new VmExit(VmExitReason.Killed, "somebody told QEMU to quit over QMP"),
        { } other => new VmExit(VmExitReason.Killed, $"QEMU ended it: {other}"),
        null => JudgeWithoutCause(),
    };

    private VmExit JudgeWithoutCause()
    {
        // Killed, but dead of something else a moment before: then that is what it died of.
        if (KilledBecause is { } why && (Status is null || Status.Value.Signal == KillSignal))
        {
            return new VmExit(VmExitReason.Killed, why);
        }

        if (Status?.Signal == KillSignal)
        {
            return new VmExit(VmExitReason.Killed, "QEMU was killed by signal 9 (SIGKILL) from outside, perhaps by the kernel for lack of memory");
        }

        if (Status is { } status)
        {
            var what = status.Signal is null ? $"QEMU {status}" : $"QEMU was {status}";
            return new VmExit(VmExitReason.HypervisorCrashed, Sentence(what, LastWords()));
        }

        return Watched
            ? new VmExit(VmExitReason.HypervisorCrashed, Sentence("QEMU vanished without giving a reason", LastWords()))
            : new VmExit(VmExitReason.Unknown, Sentence("QEMU ended while nobody watched, without giving a reason", LastWords()));
    }

    private string LastWords() =>
        LogTail.Lines(Log).LastOrDefault(line => !line.Contains(QemuArguments.ShutdownTrace, StringComparison.Ordinal)) ?? string.Empty;

    private string? Find(string text) => LogTail.Lines(Log).LastOrDefault(line => line.Contains(text, StringComparison.Ordinal));

    private static string Sentence(string what, string lastWords) => lastWords.Length == 0 ? what : $"{what}; its last words: {lastWords}";
}

namespace Orchestrator.Linux.Processes;

/// <summary>How a process ended, as <c>waitpid</c> tells it (wait(2)).</summary>
/// <param name="Raw">The encoded status.</param>
internal readonly record struct WaitStatus(int Raw)
{
    private const int CoreDumped = 0x80;

    /// <summary>The signal that killed it, or null.</summary>
    public int? Signal => (Raw & 0x7F) is > 0 and < 0x7F ? Raw & 0x7F : null;

    /// <summary>The code it exited with, or null.</summary>
    public int? ExitCode => (Raw & 0x7F) == 0 ? (Raw >> 8) & 0xFF : null;

    /// <summary><c>killed by signal 11 (SIGSEGV)</c>, <c>exited with code 1</c>.</summary>
    public override string ToString() => Signal is { } signal
        ? $"killed by signal {signal} ({NameOf(signal)}{((Raw & CoreDumped) != 0 ? ", core dumped" : string.Empty)})"
        : $"exited with code {ExitCode}";

    private static string NameOf(int signal) => signal switch
    {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        25 => "SIGXFSZ",
        31 => "SIGSYS",
        _ => "no common signal",
    };
}

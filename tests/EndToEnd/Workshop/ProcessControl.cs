using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>What tests do to processes, and how long they wait for them.</summary>
internal static partial class ProcessControl
{
    /// <summary>SIGINT, SIGQUIT, SIGKILL, SIGUSR1, SIGTERM, SIGCONT, SIGSTOP; signal(7), the same for x86 and ARM.</summary>
    public const int Interrupt = 2, Quit = 3, Kill = 9, User1 = 10, Terminate = 15, Continue = 18, Stop = 19;

    /// <summary>
    /// A guest that boots in three seconds, or a Debian that does in thirty, needs many times that on a machine that does much else. Nothing waits this
    /// long when all is well.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    /// <summary>Cancelled when patience is over, or the test.</summary>
    public static CancellationTokenSource Deadline()
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        source.CancelAfter(Patience);
        return source;
    }

    /// <summary>Sends a process a signal.</summary>
    /// <exception cref="InvalidOperationException">It is gone.</exception>
    public static void Send(int pid, int signal)
    {
        if (!TrySend(pid, signal))
        {
            throw new InvalidOperationException($"process {pid} cannot be sent signal {signal}: it is gone");
        }
    }

    /// <summary>The same where it may be gone.</summary>
    /// <returns>False when it was.</returns>
    public static bool TrySend(int pid, int signal) => SendSignal(pid, signal) == 0;

    /// <summary>Ends a process of ours and its children, whatever they do, and forgets it.</summary>
    public static void EndAll(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}

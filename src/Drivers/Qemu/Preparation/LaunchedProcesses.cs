using System.Globalization;
using Orchestrator.Linux;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Qemu.Preparation;

/// <summary>
/// Whatever came into being when QEMU was started. That is QEMU alone, as the child that was started; but <c>qemu.binary</c> may be a script that has QEMU as a
/// child of its own or sends it to the background, and then killing the script would leave a machine that nobody knows.
/// </summary>
/// <param name="child">The process that was started.</param>
/// <param name="qemu">What it was started as, an absolute path.</param>
/// <param name="overlay">Absolute path of the overlay, new and handed to the child alone.</param>
internal sealed class LaunchedProcesses(ProcessIdentity child, string qemu, string overlay)
{
    private readonly string _overlay = Libc.RealPath(overlay);

    /// <summary>The process that was started.</summary>
    public ProcessIdentity Child => child;

    /// <summary>Makes sure, once QEMU answers, that it is the child, and that nobody else has the overlay.</summary>
    /// <exception cref="ConfigurationException">It is not.</exception>
    public void RequireQemuAlone()
    {
        // A look at all processes takes some milliseconds of a start, and has a reason only where the program is not the one that was named, or has children.
        var plain = ProcessTable.HasChildren(child.Pid) == false && IsProgram(child.Pid, qemu);
        if (!plain && (ProcessTable.HasOpen(child.Pid, _overlay) != true || Others().Any(process => ProcessTable.HasOpen(process.Pid, _overlay) == true)))
        {
            throw new ConfigurationException($"qemu.binary '{qemu}' starts QEMU, or something else with its files, as a process of its own; let it exec QEMU");
        }
    }

    /// <summary>Kills all of them, QEMU or not, until there are none.</summary>
    public async ValueTask EndAsync(ObservedProcess observedChild)
    {
        // The parent first, or else it might start another.
        using (observedChild)
        {
            observedChild.Kill();
            await observedChild.Exited.ConfigureAwait(false);
        }

        while (Others().ToList() is { Count: > 0 } others)
        {
            foreach (var other in others)
            {
                using var process = ObservedProcess.Open(other);
                process?.Kill();
                await (process?.Exited ?? Task.CompletedTask).ConfigureAwait(false);
            }
        }
    }

    // In the child's session, or outside of it with the overlay. Not what another run is starting at this very moment: until it executes its program, it is a copy
    // of this process, with all that this one has open.
    private IEnumerable<ProcessIdentity> Others() =>
        from pid in ProcessTable.Pids()
        where pid != child.Pid && !IsProgram(pid, "/proc/self/exe")
        let process = ProcessTable.Identify(pid)
        where process?.StartTicks >= child.StartTicks
        where ProcessTable.SessionOf(pid) == child.Pid || ProcessTable.HasOpen(pid, _overlay) == true
        select process.Value;

    private static bool IsProgram(int pid, string path)
    {
        try
        {
            return Libc.Identify(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/exe")).Identity == Libc.Identify(path).Identity;
        }
        catch (IOException)
        {
            return false;
        }
    }
}

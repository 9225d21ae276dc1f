using Orchestrator.Linux;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Host.Processes;

/// <summary>
/// Tells a machine's process from all others. Anybody can have its UUID on a command line, and anybody may read its overlay, a backup for example: the machine is who
/// does both, as the user and with the program that were noted. Who does either is left alone, and is not taken for a machine that runs.
/// </summary>
/// <param name="id">The run.</param>
/// <param name="overlay">Absolute path of the run's overlay, which may be gone.</param>
/// <param name="noted">The process as it was seen before; null where it was not, or the note is an older version's.</param>
internal sealed class MachineProcesses(VmId id, string overlay, NotedProcess? noted)
{
    /// <summary>QEMU's option before the machine's UUID.</summary>
    public const string UuidOption = "-uuid";

    private static readonly TimeSpan KillDeadline = TimeSpan.FromSeconds(30);

    private readonly string _uuid = id.Uuid.ToString();
    private readonly string _overlay = WithoutLinks(overlay);

    /// <summary>The noted process, if it still is the machine. Looks at no other, which is quick.</summary>
    public ProcessIdentity? FindNoted() =>
        noted is { Identity: var process }
        && ProcessTable.IsAlive(process)
        && ProcessTable.ValueOf(ProcessTable.Arguments(process.Pid), UuidOption) == _uuid
        && ProcessTable.HasOpen(process.Pid, _overlay) == true
            ? process
            : null;

    /// <summary>Looks through all processes.</summary>
    public FoundProcesses Find()
    {
        var (holders, unclear) = (new List<ProcessIdentity>(), new List<ProcessIdentity>());
        foreach (var process in ProcessTable.Find(UuidOption, _uuid).Where(IsExpected))
        {
            switch (ProcessTable.HasOpen(process.Pid, _overlay))
            {
                case true:
                    holders.Add(process);
                    break;

                // Perhaps somebody moved the overlay away.
                case false when process == noted?.Identity:
                case null:
                    unclear.Add(process);
                    break;
            }
        }

        return new FoundProcesses(holders, unclear, noted is { Program: not null } ? noted.Identity : null);
    }

    /// <summary>Looks through all processes for the one that is the machine.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="HypervisorException">It cannot be told which it is.</exception>
    public ProcessIdentity? FindOnly()
    {
        var found = Find();
        return found.Doubtful.Count == 0 ? found.Only : throw new HypervisorException(
            $"machine {id}: {Words(found.Doubtful)} its UUID, and it cannot be told for certain who is the machine, so nobody was killed; {Remedy(found.Doubtful)}");
    }

    /// <summary>Kills the one that was found, and looks whether anybody is left.</summary>
    /// <exception cref="HypervisorException">It may not be killed, does not die, or another holds the overlay.</exception>
    public async Task KillAsync(ProcessIdentity found, TimeProvider time, CancellationToken cancellationToken)
    {
        using (var process = ObservedProcess.Open(found))
        {
            try
            {
                process?.Kill();
                await (process?.Exited ?? Task.CompletedTask).WaitAsync(KillDeadline, time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException exception)
            {
                throw new HypervisorException(
                    $"machine {id}: QEMU (pid {found.Pid}) does not die of SIGKILL within {KillDeadline.TotalSeconds} s; the kernel holds it, look at the host's storage and its log: dmesg",
                    exception);
            }
            catch (IOException exception)
            {
                throw new HypervisorException($"machine {id}: QEMU (pid {found.Pid}) may not be killed by this user: {exception.Message}", exception);
            }
        }

        RequireGone();
    }

    /// <summary>Makes sure, after the machine's end, that no process is left that could be it.</summary>
    /// <exception cref="HypervisorException">One is.</exception>
    public void RequireGone()
    {
        if (Find().Holders is { Count: > 0 } left)
        {
            throw new HypervisorException($"machine {id}: {Words(left)} its UUID and its disk still; {Remedy(left)}");
        }
    }

    private static string WithoutLinks(string path)
    {
        // Removed by hand may be the file, its directory, or those around that.
        var directory = Path.GetDirectoryName(path);
        return File.Exists(path) ? Libc.RealPath(path)
            : directory is null ? path
            : Path.Combine(Directory.Exists(directory) ? Libc.RealPath(directory) : WithoutLinks(directory), Path.GetFileName(path));
    }

    private static string Words(IReadOnlyList<ProcessIdentity> processes) =>
        $"{(processes.Count == 1 ? "process" : "processes")} {string.Join(" and ", processes.Select(process => process.Pid))} {(processes.Count == 1 ? "has" : "have")}";

    private static string Remedy(IReadOnlyList<ProcessIdentity> processes) =>
        $"look (ps -fp {string.Join(',', processes.Select(process => process.Pid))}), end what must not run, then try again: orchestrator gc";

    // Between its start and its first command QEMU may be a script still; what was noted then is the process alone.
    private bool IsExpected(ProcessIdentity process) =>
        noted is null
        || process == noted.Identity
        || ((noted.User is not { } user || ProcessTable.UserOf(process.Pid) == user)
            && (noted.Program is not { } program || (ProcessTable.ProgramOf(process.Pid) ?? program) == program));
}

/// <summary>The processes that could be a machine.</summary>
/// <param name="Holders">They have its UUID and hold its overlay.</param>
/// <param name="Unclear">They have its UUID, and whether they hold its overlay cannot be seen; or one did once and does no more.</param>
/// <param name="Known">The one that was seen to be the machine, so that no other is; null where none was.</param>
internal sealed record FoundProcesses(IReadOnlyList<ProcessIdentity> Holders, IReadOnlyList<ProcessIdentity> Unclear, ProcessIdentity? Known)
{
    /// <summary>The one that is the machine; null where there is none, or no telling which.</summary>
    public ProcessIdentity? Only => Holders.Count == 1 && (Known ?? Holders[0]) == Holders[0] ? Holders[0] : null;

    /// <summary>Those that may be it, where there is no telling.</summary>
    public IReadOnlyList<ProcessIdentity> Doubtful => Only is not null ? [] : Holders.Count > 0 ? Holders : Unclear;
}

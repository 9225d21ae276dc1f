using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Host.Network;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Linux;

namespace Orchestrator.Drivers.Qemu.Machines;

/// <summary>The driver's files in a run directory.</summary>
/// <param name="directory">Absolute path of the run directory.</param>
internal sealed class MachineFiles(string directory)
{
    private const string NoteName = "qemu.json";
    private const string QmpSocketName = "qmp.sock";
    private const string QmpTranscriptName = "qmp.log";
    private const string ConsoleSocketName = "console.sock";
    private const string ConsoleLockName = "console.lock";
    private const string GuestPortName = "guest.fifo";

    /// <summary>Those that only this driver makes.</summary>
    public static IReadOnlyList<DriverFile> Own { get; } =
    [
        new(NoteName, DriverFileRole.Note),
        new(QmpTranscriptName, DriverFileRole.Evidence),
        new(QmpSocketName, DriverFileRole.Runtime),
        new(ConsoleSocketName, DriverFileRole.Runtime),
        new(ConsoleLockName, DriverFileRole.Runtime),
        new(GuestPortName, DriverFileRole.Runtime),
        .. GuestNetwork.Files,
    ];

    /// <summary>The run directory.</summary>
    public string Directory => directory;

    /// <summary>The overlay.</summary>
    public string Overlay => PathOf(RunFiles.Overlay);

    /// <summary>QEMU's monitor socket.</summary>
    public string QmpSocket => PathOf(QmpSocketName);

    /// <summary>Every QMP message sent and received, one a line with its time.</summary>
    public string QmpTranscript => PathOf(QmpTranscriptName);

    /// <summary>The guest's console.</summary>
    public string ConsoleSocket => PathOf(ConsoleSocketName);

    /// <summary>Held (flock) by its one reader, since the socket does not tell others of it.</summary>
    public string ConsoleLock => PathOf(ConsoleLockName);

    /// <summary>The record of what was said on it.</summary>
    public string ConsoleLog => PathOf(RunFiles.ConsoleLog);

    /// <summary>What the guest says of itself (<see cref="Host.Machines.GuestPort"/>).</summary>
    public string GuestPort => PathOf(GuestPortName);

    /// <summary>QEMU's standard error.</summary>
    public string HypervisorLog => PathOf(RunFiles.HypervisorLog);

    /// <summary>The note of the process.</summary>
    public NoteFile<ProcessNote> Note { get; } = new(Path.Combine(directory, NoteName), ProcessNoteContext.Default.ProcessNote);

    /// <summary>Tells the process of the machine that these are the files of.</summary>
    /// <param name="id">The run.</param>
    /// <param name="note">What is known of it.</param>
    public MachineProcesses ProcessesOf(VmId id, ProcessNote? note)
    {
        // Who is not root runs QEMU as himself, and cannot look at what others run.
        var user = note?.User ?? (Environment.IsPrivilegedProcess ? null : Libc.UserId);
        return new MachineProcesses(
            id, Overlay, new NotedProcess(note?.Pid ?? 0, note?.StartTicks ?? 0, note?.BootId ?? string.Empty, note?.Program, user));
    }

    /// <summary>Refuses a directory whose path is too long for the sockets in it.</summary>
    /// <exception cref="ConfigurationException">It is.</exception>
    public void RequireSocketPaths()
    {
        foreach (var path in (string[])[QmpSocket, ConsoleSocket])
        {
            if (Libc.FindSocketPathFault(path) is { } fault)
            {
                throw new ConfigurationException($"socket {path}: {fault}; name a shorter state directory with --state-dir");
            }
        }
    }

    /// <summary>Deletes the medium of a machine that an older version made.</summary>
    /// <exception cref="HostException">It cannot be deleted.</exception>
    public void EraseOldMedium() => MadeFiles.Remove([PathOf(RunFiles.OldConfigMedia)]);

    /// <summary>Whether the driver made anything here.</summary>
    public bool Exist() => Note.Exists;

    /// <summary>Ends what is left of the machine's network, when the machine is over.</summary>
    /// <exception cref="HypervisorException">It does not end.</exception>
    public void EndNetwork() => GuestNetwork.End(directory);

    /// <summary>Removes everything the driver made.</summary>
    /// <exception cref="HostException">Something cannot be removed.</exception>
    /// <exception cref="HypervisorException">Its network does not end.</exception>
    public void Remove()
    {
        EndNetwork();
        MadeFiles.Remove(directory, Own);
    }

    private string PathOf(string name) => Path.Combine(directory, name);
}

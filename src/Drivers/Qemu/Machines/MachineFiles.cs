using System.Text;
using Orchestrator.Drivers.Host.Machines;

namespace Orchestrator.Drivers.Qemu.Machines;

/// <summary>The driver's own files in a run directory.</summary>
/// <param name="directory">Absolute path of the run directory.</param>
internal sealed class MachineFiles(string directory)
{
    // sun_path of unix(7), without the null that ends it.
    private const int MaxSocketPathBytes = 107;

    private static readonly string[] Names =
    [
        RunFiles.Overlay,
        RunFiles.ConfigMedia,
        RunFiles.QmpSocket,
        RunFiles.QmpTranscript,
        RunFiles.ConsoleSocket,
        RunFiles.ConsoleLock,
        RunFiles.ConsoleLog,
        RunFiles.HypervisorLog,
        RunFiles.QemuProcess + NoteFile<ProcessNote>.DraftSuffix,

        // Last: as long as anything of ours is left, this says that it is ours.
        RunFiles.QemuProcess,
    ];

    /// <summary>The run directory.</summary>
    public string Directory => directory;

    /// <summary>The overlay.</summary>
    public string Overlay => PathOf(RunFiles.Overlay);

    /// <summary>The config drive's medium.</summary>
    public string ConfigMedia => PathOf(RunFiles.ConfigMedia);

    /// <summary>QEMU's monitor socket.</summary>
    public string QmpSocket => PathOf(RunFiles.QmpSocket);

    /// <summary>The record of what was said on it.</summary>
    public string QmpTranscript => PathOf(RunFiles.QmpTranscript);

    /// <summary>The guest's console.</summary>
    public string ConsoleSocket => PathOf(RunFiles.ConsoleSocket);

    /// <summary>Held by its one reader.</summary>
    public string ConsoleLock => PathOf(RunFiles.ConsoleLock);

    /// <summary>The record of what was said on it.</summary>
    public string ConsoleLog => PathOf(RunFiles.ConsoleLog);

    /// <summary>QEMU's standard error.</summary>
    public string HypervisorLog => PathOf(RunFiles.HypervisorLog);

    /// <summary>The note of the process.</summary>
    public NoteFile<ProcessNote> Note { get; } = new(Path.Combine(directory, RunFiles.QemuProcess), ProcessNoteContext.Default.ProcessNote);

    /// <summary>Refuses a directory whose path is too long for the sockets in it.</summary>
    /// <exception cref="ConfigurationException">It is.</exception>
    public void RequireSocketPaths()
    {
        foreach (var path in (string[])[QmpSocket, ConsoleSocket])
        {
            var length = Encoding.UTF8.GetByteCount(path);
            if (length > MaxSocketPathBytes)
            {
                throw new ConfigurationException(
                    $"socket path {path} is {length} bytes long, and {MaxSocketPathBytes} are possible; name a shorter state directory with --state-dir.");
            }
        }
    }

    /// <summary>Whether the driver made anything here.</summary>
    public bool Exist() => Note.Exists;

    /// <summary>Removes everything the driver made.</summary>
    /// <exception cref="HostException">Something cannot be removed.</exception>
    public void Remove() => MadeFiles.Remove(Names.Select(PathOf));

    private string PathOf(string name) => Path.Combine(directory, name);
}

using System.Text;
using System.Text.Json;

namespace Orchestrator.Drivers.Qemu.Machines;

/// <summary>The driver's own files in a run directory.</summary>
/// <param name="directory">Absolute path of the run directory.</param>
internal sealed class MachineFiles(string directory)
{
    // sun_path of unix(7), without the null that ends it.
    private const int MaxSocketPathBytes = 107;

    private const string NewSuffix = ".new";

    private static readonly string[] Names =
    [
        RunFiles.Overlay,
        RunFiles.ConfigMedia,
        RunFiles.QmpSocket,
        RunFiles.QmpTranscript,
        RunFiles.ConsoleSocket,
        RunFiles.ConsoleLog,
        RunFiles.HypervisorLog,
        RunFiles.QemuProcess + NewSuffix,

        // Last: as long as anything of ours is left, this says that it is ours.
        RunFiles.QemuProcess,
    ];

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

    /// <summary>The record of what was said on it.</summary>
    public string ConsoleLog => PathOf(RunFiles.ConsoleLog);

    /// <summary>QEMU's standard error.</summary>
    public string HypervisorLog => PathOf(RunFiles.HypervisorLog);

    /// <summary>The note of the process.</summary>
    public string Note => PathOf(RunFiles.QemuProcess);

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

    /// <summary>Reads the note.</summary>
    /// <returns>Null where there is none, or none that makes sense.</returns>
    public ProcessNote? ReadNote()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(Note), ProcessNoteContext.Default.ProcessNote);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes the first note, which must not exist yet.</summary>
    /// <exception cref="IOException">It exists, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void CreateNote(ProcessNote note) => Write(Note, FileMode.CreateNew, note);

    /// <summary>Replaces the note: whoever reads it sees the old or the new one.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void WriteNote(ProcessNote note)
    {
        Write(Note + NewSuffix, FileMode.Create, note);
        File.Move(Note + NewSuffix, Note, overwrite: true);
    }

    /// <summary>Whether the driver made anything here.</summary>
    public bool Exist() => File.Exists(Note);

    /// <summary>Removes everything the driver made.</summary>
    /// <exception cref="HostException">Something cannot be removed.</exception>
    public void Remove()
    {
        foreach (var name in Names)
        {
            try
            {
                File.Delete(PathOf(name));
            }
            catch (DirectoryNotFoundException)
            {
                return;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new HostException(HostProblem.PermissionDenied, $"{PathOf(name)} cannot be removed: {exception.Message}", exception);
            }
        }
    }

    private static void Write(string path, FileMode mode, ProcessNote note)
    {
        using var stream = new FileStream(
            path,
            new FileStreamOptions
            {
                Mode = mode,
                Access = FileAccess.Write,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        stream.Write(JsonSerializer.SerializeToUtf8Bytes(note, ProcessNoteContext.Default.ProcessNote));
    }

    private string PathOf(string name) => Path.Combine(directory, name);
}

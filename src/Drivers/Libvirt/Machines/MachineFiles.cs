using Orchestrator.Drivers.Host.Machines;

namespace Orchestrator.Drivers.Libvirt.Machines;

/// <summary>The driver's own files in a run directory.</summary>
/// <param name="directory">Absolute path of the run directory.</param>
internal sealed class MachineFiles(string directory)
{
    /// <summary>The run directory.</summary>
    public string Directory => directory;

    /// <summary>The overlay.</summary>
    public string Overlay => PathOf(RunFiles.Overlay);

    /// <summary>The config drive's medium.</summary>
    public string ConfigMedia => PathOf(RunFiles.ConfigMedia);

    /// <summary>The record of what was said on the console.</summary>
    public string ConsoleLog => PathOf(RunFiles.ConsoleLog);

    /// <summary>QEMU's own words.</summary>
    public string HypervisorLog => PathOf(RunFiles.HypervisorLog);

    /// <summary>The note of the domain.</summary>
    public NoteFile<DomainNote> Note { get; } = new(Path.Combine(directory, RunFiles.LibvirtDomain), DomainNoteContext.Default.DomainNote);

    /// <summary>Whether the driver made anything here.</summary>
    public bool Exist() => Note.Exists;

    /// <summary>Removes everything the driver made.</summary>
    /// <exception cref="HostException">Something cannot be removed.</exception>
    public void Remove()
    {
        if (System.IO.Directory.Exists(directory))
        {
            MadeFiles.Remove(
            [
                ConfigMedia,
                Overlay,
                ConsoleLog,
                HypervisorLog,
                PathOf(RunFiles.FirmwareVariables),

                // virtlogd begins a new log after so many bytes and gives the old ones numbers.
                .. System.IO.Directory.EnumerateFiles(directory, RunFiles.ConsoleLog + ".*"),
                PathOf(RunFiles.LibvirtDomain + NoteFile<DomainNote>.DraftSuffix),

                // Last: as long as anything of ours is left, this says that it is ours.
                PathOf(RunFiles.LibvirtDomain),
            ]);
        }
    }

    private string PathOf(string name) => Path.Combine(directory, name);
}

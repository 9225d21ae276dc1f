using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Host.Network;
using Orchestrator.Drivers.Host.Processes;

namespace Orchestrator.Drivers.Libvirt.Machines;

/// <summary>The driver's files in a run directory.</summary>
/// <param name="directory">Absolute path of the run directory.</param>
internal sealed class MachineFiles(string directory)
{
    /// <summary>The socket by which QEMU reaches the machine's network.</summary>
    public const string WireName = "wire.sock";

    private const string NoteName = "libvirt.json";
    private const string FirmwareVariablesName = "nvram.fd";
    private const string GuestPortName = "guest";
    private const string ToGuest = ".in";
    private const string FromGuest = ".out";

    /// <summary>Those that only this driver makes.</summary>
    public static IReadOnlyList<DriverFile> Own { get; } =
        [
            new(NoteName, DriverFileRole.Note),
            new(FirmwareVariablesName, DriverFileRole.Disk),
            new(WireName, DriverFileRole.Runtime),
            new(GuestPortName + ToGuest, DriverFileRole.Runtime),
            new(GuestPortName + FromGuest, DriverFileRole.Runtime),
            .. GuestNetwork.Files,
        ];

    /// <summary>The run directory.</summary>
    public string Directory => directory;

    /// <summary>The overlay.</summary>
    public string Overlay => PathOf(RunFiles.Overlay);

    /// <summary>The record of what was said on the console.</summary>
    public string ConsoleLog => PathOf(RunFiles.ConsoleLog);

    /// <summary>QEMU's own words.</summary>
    public string HypervisorLog => PathOf(RunFiles.HypervisorLog);

    /// <summary>The UEFI variables of an aarch64 machine.</summary>
    public string FirmwareVariables => PathOf(FirmwareVariablesName);

    /// <summary>Where QEMU finds a network of the machine's own.</summary>
    public string Wire => PathOf(WireName);

    /// <summary>What libvirt and QEMU call the two FIFOs of the guest's port, each of which has an ending of its own.</summary>
    public string GuestPort => PathOf(GuestPortName);

    /// <summary>What the guest says of itself (<see cref="Host.Machines.GuestPort"/>).</summary>
    public string SaidByGuest => GuestPort + FromGuest;

    /// <summary>Where a guest would be spoken to, which nobody does.</summary>
    public string SaidToGuest => GuestPort + ToGuest;

    /// <summary>The note of the domain.</summary>
    public NoteFile<DomainNote> Note { get; } = new(Path.Combine(directory, NoteName), DomainNoteContext.Default.DomainNote);

    /// <summary>Tells the process of the machine that these are the files of.</summary>
    /// <param name="id">The run.</param>
    /// <param name="note">What is known of it.</param>
    public MachineProcesses ProcessesOf(VmId id, DomainNote? note) => new(id, Overlay, note?.Process);

    /// <summary>Whether the driver made anything here.</summary>
    public bool Exist() => Note.Exists;

    /// <summary>Erases the machine's medium, if it is still there; also that of a machine that an older version made.</summary>
    /// <exception cref="HostException">It cannot be erased.</exception>
    public void EraseMedium()
    {
        if (VmId.TryParse(Path.GetFileName(directory), out var id))
        {
            MediumFile.Erase(id);
        }

        MadeFiles.Remove([PathOf(RunFiles.OldConfigMedia)]);
    }

    /// <summary>Ends what is left of the machine's network, when the machine is over.</summary>
    /// <exception cref="HypervisorException">It does not end.</exception>
    public void EndNetwork() => GuestNetwork.End(directory);

    /// <summary>Removes everything the driver made.</summary>
    /// <exception cref="HostException">Something cannot be removed.</exception>
    public void Remove()
    {
        EndNetwork();
        EraseMedium();
        if (System.IO.Directory.Exists(directory))
        {
            // virtlogd begins a new log after so many bytes and gives the old ones numbers.
            MadeFiles.Remove(System.IO.Directory.EnumerateFiles(directory, RunFiles.ConsoleLog + ".*"));
            MadeFiles.Remove(directory, Own);
        }
    }

    private string PathOf(string name) => Path.Combine(directory, name);
}

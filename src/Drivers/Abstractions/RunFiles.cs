namespace Orchestrator.Drivers;

/// <summary>
/// Every file that is ever made in a run directory, <c>&lt;state&gt;/runs/&lt;run-id&gt;/</c>. Nothing else belongs there.
/// </summary>
public static class RunFiles
{
    /// <summary>The journal: what the run is and how far it came. Replaced atomically.</summary>
    public const string Journal = "run.json";

    /// <summary>Held (flock) while an orchestrator owns the run.</summary>
    public const string Lock = "lock";

    /// <summary>The overlay whose backing file is the base image.</summary>
    public const string Overlay = "root.qcow2";

    /// <summary>The config drive's medium, mode 0600; deleted once the guest has opened the tray.</summary>
    public const string ConfigMedia = "config.iso";

    /// <summary>The qemu driver's note of the process it started: pid, start time, identity.</summary>
    public const string QemuProcess = "qemu.json";

    /// <summary>The libvirt driver's note of the domain it made.</summary>
    public const string LibvirtDomain = "libvirt.json";

    /// <summary>QEMU's monitor socket.</summary>
    public const string QmpSocket = "qmp.sock";

    /// <summary>Every QMP message sent and received, one a line with its time.</summary>
    public const string QmpTranscript = "qmp.log";

    /// <summary>The guest's serial console as a socket.</summary>
    public const string ConsoleSocket = "console.sock";

    /// <summary>Held (flock) by the console's one reader, where the console itself does not tell others of it.</summary>
    public const string ConsoleLock = "console.lock";

    /// <summary>Everything the guest wrote to its serial console.</summary>
    public const string ConsoleLog = "console.log";

    /// <summary>The UEFI variables of an aarch64 machine under libvirt.</summary>
    public const string FirmwareVariables = "nvram.fd";

    /// <summary>What happened to the run, one JSON object a line, as <c>run --json</c> prints it.</summary>
    public const string Events = "events.ndjson";

    /// <summary>What the hypervisor had to say.</summary>
    public const string HypervisorLog = "hypervisor.log";
}

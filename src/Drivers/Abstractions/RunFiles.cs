namespace Orchestrator.Drivers;

/// <summary>
/// The files in every run directory, <c>&lt;state&gt;/runs/&lt;run-id&gt;/</c>, whatever the driver, which adds its <see cref="DriverRegistration.Files"/>.
/// Nothing else belongs there.
/// </summary>
public static class RunFiles
{
    /// <summary>The journal: what the run is and how far it came. Replaced atomically.</summary>
    public const string Journal = "run.json";

    /// <summary>Held (flock) while an orchestrator owns the run.</summary>
    public const string Lock = "lock";

    /// <summary>
    /// There while a machine is being destroyed: its end is no crash for whoever watches it. A file, since whoever watches writes the driver's note.
    /// </summary>
    public const string Destroyed = "destroyed";

    /// <summary>The overlay whose backing file is the base image.</summary>
    public const string Overlay = "root.qcow2";

    /// <summary>Where an older version of this program kept the config drive's medium, which is in memory now. A machine of that version may still have it.</summary>
    public const string OldConfigMedia = "config.iso";

    /// <summary>Everything the guest wrote to its serial console, or, of a guest that talks a lot, the last of it.</summary>
    public const string ConsoleLog = "console.log";

    /// <summary>The end of the part before that, in virtlogd's words.</summary>
    public const string OldConsoleLog = "console.log.0";

    /// <summary>What a guest that talks a lot wrote first.</summary>
    public const string ConsoleBeginning = "console-beginning.log";

    /// <summary>What happened to the run, one JSON object a line, as <c>run --json</c> prints it.</summary>
    public const string Events = "events.ndjson";

    /// <summary>What the process of a detached run had to say to people.</summary>
    public const string OrchestratorLog = "orchestrator.log";

    /// <summary>What the hypervisor had to say.</summary>
    public const string HypervisorLog = "hypervisor.log";

    /// <summary>What the programs of the machine's own network had to say.</summary>
    public const string NetworkLog = "network.log";
}

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>What stories know of a driver beyond what its runs say.</summary>
public interface IDriverTraces
{
    /// <summary>A medium has a path, though no disk holds it.</summary>
    bool NamesMedia { get; }

    /// <summary>The files that a kept run leaves, in order.</summary>
    IReadOnlyList<string> KeptFiles { get; }

    /// <summary>What a run says of a QEMU that was killed (SIGKILL).</summary>
    string WordsForKilledQemu { get; }

    /// <summary>How long the removal of a medium may take while its guest does nothing but move its tray, in milliseconds.</summary>
    double LongestRaceMilliseconds { get; }

    /// <summary>Directories, outside the workbench, where anything that a machine consists of could have been written down.</summary>
    IReadOnlyList<string> Papers { get; }

    /// <summary>The processes of the driver's daemon.</summary>
    IReadOnlyList<int> Daemons { get; }

    /// <summary>The commands that have the daemon say everything of an instance's machine that it would tell.</summary>
    IReadOnlyList<string[]> Questions(string instance);

    /// <summary>What is left of an instance's runs outside the workbench, in words.</summary>
    IEnumerable<string> LeftOf(string instance);

    /// <summary>Ends an instance's machine, if there is one.</summary>
    void End(string instance);

    /// <summary>Kills (SIGKILL) the daemon that has the machines, where there is one. They go on.</summary>
    Task KillDaemonAsync();

    /// <summary>Starts it again.</summary>
    Task StartDaemonAsync();
}

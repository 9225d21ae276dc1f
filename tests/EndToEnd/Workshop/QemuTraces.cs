namespace Orchestrator.EndToEnd.Workshop;

/// <summary>A machine of the qemu driver is a process and its files, which every workbench looks for.</summary>
public sealed class QemuTraces : IDriverTraces
{
    public IReadOnlyList<string> KeptFiles { get; } = ["console.log", "events.ndjson", "hypervisor.log", "network.log", "qmp.log", "root.qcow2", "run.json", "summary.json"];

    public bool NamesMedia => false;

    public string WordsForKilledQemu => "signal 9 (SIGKILL)";

    // What takes a few milliseconds takes longer where the processor is busy with somebody else.
    public double LongestRaceMilliseconds => 1000;

    public IReadOnlyList<string> Papers => [];

    public IReadOnlyList<int> Daemons => [];

    public IReadOnlyList<string[]> Questions(string instance) => [];

    public IEnumerable<string> LeftOf(string instance) => [];

    public void End(string instance)
    {
    }

    public Task KillDaemonAsync() => throw new InvalidOperationException("this driver has no daemon");

    public Task StartDaemonAsync() => throw new InvalidOperationException("this driver has no daemon");
}

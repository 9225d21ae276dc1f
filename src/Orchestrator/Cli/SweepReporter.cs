using Orchestrator.Drivers;
using Orchestrator.Leases;
using Orchestrator.Output;
using Orchestrator.Recovery;

namespace Orchestrator.Cli;

/// <summary>Tells a person of a sweep, a line each.</summary>
/// <param name="terminal">Where to.</param>
/// <param name="dryRun">Nothing is done, only said.</param>
/// <param name="onlyDeeds">Not of what was left as it was.</param>
internal sealed class SweepReporter(Terminal terminal, bool dryRun, bool onlyDeeds) : ISweepObserver
{
    /// <summary>Whether everything that was to be removed is.</summary>
    public bool Complete { get; private set; } = true;

    public void Removed(RunEntry run, string why)
    {
        var deed = (dryRun, run.Alive) switch
        {
            (false, true) => "its machine ended, removed",
            (false, false) => "removed",
            (true, true) => "would end its machine and remove it",
            (true, false) => "would remove it",
        };
        terminal.Notice($"{Name(run)}: {deed}: {why}");
    }

    public void Left(RunEntry run, string why)
    {
        if (!onlyDeeds)
        {
            terminal.Notice($"{Name(run)}: left: {why}");
        }
    }

    public void Failed(string what, string why)
    {
        Complete = false;
        terminal.Error($"{what}: {why}");
    }

    public void Released(VmId run, Lease lease) =>
        terminal.Notice($"run {run}: {lease}: {(dryRun ? "would be released" : "released")}: its run is over");

    public void NotReleased(VmId run, string what, string why) => Failed($"run {run}", $"{what}: still held: {why}");

    public void Left(VmId run, string why)
    {
        Complete = false;
        if (!onlyDeeds)
        {
            terminal.Notice($"run {run}: what it holds elsewhere: left: {why}");
        }
    }

    public void Cleared(Leftover leftover) => terminal.Notice($"{leftover.Path}: {(dryRun ? "would be removed" : "removed")}: {leftover.Origin}");

    private static string Name(RunEntry run) => run.Instance.Length == 0 ? $"run {run.Id}" : $"{run.Instance}: run {run.Id}";
}

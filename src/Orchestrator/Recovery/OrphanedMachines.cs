using Orchestrator.Drivers;
using Orchestrator.Linux;
using Orchestrator.Linux.Processes;
using Orchestrator.State;

namespace Orchestrator.Recovery;

/// <summary>
/// Looks for machines whose run directory somebody removed, and with it whatever says which driver has them. Whichever that is, the machine is a process
/// that bears the run id among its arguments, and works below the state directory.
/// </summary>
internal static class OrphanedMachines
{
    private static readonly char[] Separators = ['/', ',', '"'];

    /// <summary>Whether there is one.</summary>
    public static bool Exist(StateDirectory state)
    {
        string[] roots = [state.Runs, Libc.RealPath(state.Runs)];
        return ProcessTable.Pids().Any(pid => ProcessTable.Arguments(pid).Any(argument => Mentions(argument).Any(run =>
            !Directory.Exists(state.PathOf(run))
            && roots.Any(root =>
                argument.Contains($"{root}/{run}/", StringComparison.Ordinal) || ProcessTable.HoldsOnlyDeletedFilesBelow(pid, $"{root}/{run}")))));
    }

    private static IEnumerable<VmId> Mentions(string argument)
    {
        foreach (var word in argument.Split(Separators))
        {
            if (VmId.TryParse(word, out var run))
            {
                yield return run;
            }
        }
    }
}

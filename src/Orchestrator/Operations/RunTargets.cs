using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Recovery;
using Orchestrator.State;

namespace Orchestrator.Operations;

/// <summary>Finds the run that a person means by an instance's name or a run id.</summary>
internal static class RunTargets
{
    /// <summary>The run that is meant.</summary>
    /// <param name="name">What was typed.</param>
    /// <param name="runs">The runs there are.</param>
    /// <exception cref="ConfigurationException">There is none, or more than one.</exception>
    public static RunEntry Find(string name, IReadOnlyList<RunEntry> runs) => TryFind(name, runs) ?? throw Unknown(name, runs);

    /// <summary>The run that is meant, or null where there is none.</summary>
    /// <exception cref="ConfigurationException">There is more than one.</exception>
    public static RunEntry? TryFind(string name, IReadOnlyList<RunEntry> runs)
    {
        var meant = runs.Where(run => run.Id.Value == name || run.Instance == name).ToList();
        if (meant.Count > 1 && meant.Any(run => run.Held))
        {
            // What a dead orchestrator left is not what somebody means who has a living run.
            meant.RemoveAll(run => !run.Held);
        }

        return meant.Count <= 1
            ? meant.FirstOrDefault()
            : throw new ConfigurationException(
                $"{name}: {meant.Count} runs have this name; name one by its run id: {string.Join(", ", meant.Select(run => run.Id.Value))}");
    }

    /// <summary>The past run that is meant, the last one of an instance; null where there is none.</summary>
    public static RunSummary? FindPast(string name, IReadOnlyList<RunSummary> past) =>
        past.LastOrDefault(run => run.Run == name) ?? past.LastOrDefault(run => run.Instance == name);

    /// <summary>The line for a name that nothing has.</summary>
    /// <param name="name">What was typed.</param>
    /// <param name="runs">The runs there are.</param>
    /// <param name="past">Past ones, where they would have done too.</param>
    /// <param name="instances">Names of instances, where one without a run would have done too.</param>
    public static ConfigurationException Unknown(
        string name, IReadOnlyList<RunEntry> runs, IReadOnlyList<RunSummary>? past = null, IReadOnlyList<string>? instances = null)
    {
        var names = runs.SelectMany(run => (string[])[run.Instance, run.Id.Value])
            .Concat((past ?? []).SelectMany(run => (string[])[run.Instance, run.Run]))
            .Concat(instances ?? [])
            .Where(known => known.Length > 0)
            .Distinct()
            .ToList();
        var near = NearName.Find(name, names);
        var remedy = near is not null ? $"did you mean {near}?"
            : names.Count == 0 ? "there is no run at all"
            : "'orchestrator list' shows what there is";
        return new ConfigurationException($"{name}: no run {(instances is null ? "" : "and no instance ")}has this name or run id; {remedy}");
    }
}

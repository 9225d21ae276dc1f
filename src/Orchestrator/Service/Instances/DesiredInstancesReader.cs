using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Examination;
using Orchestrator.GitHub;
using Orchestrator.Preprocessing;
using Orchestrator.Service.Policy;

namespace Orchestrator.Service.Instances;

/// <summary>Which instances a service is to keep running: those of the instances file, or some of them.</summary>
/// <param name="path">The file.</param>
/// <param name="names">The instances to run; none: every one.</param>
/// <param name="settings">What holds where the file does not say.</param>
/// <param name="time">The clock.</param>
internal sealed class DesiredInstancesReader(string path, IReadOnlyList<string> names, HostSettings settings, TimeProvider time)
{
    /// <summary>The instances file; absolute.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Reads the file and checks it as <c>run</c> would for each instance.</summary>
    /// <param name="mayMiss">A name that the file does not have is no error: the instance was taken out of it.</param>
    /// <exception cref="ConfigurationException">Something is wrong; the message has a line for each problem.</exception>
    public DesiredInstances Read(bool mayMiss)
    {
        var file = InstancesFile.Load(path, settings, refuseDuplicates: true);
        var warnings = file.Warnings.ToList();
        var chosen = Choose(file, mayMiss, warnings);
        var preprocessor = Preprocessor.ForHost(settings, new GitHubApi(settings.GitHub, time));
        var problems = SharedPorts.Find(chosen)
            .Select(shared => $"{path}: {shared}, and are to run at the same time; give each its own, or none for one that is chosen")
            .ToList();
        foreach (var instance in chosen)
        {
            try
            {
                var plan = preprocessor.Parse(instance);
                warnings.AddRange(plan.Warnings);
                plan.RequireNoObstacles();
                settings.RequireSupport(instance);
            }
            catch (ConfigurationException error)
            {
                problems.Add(error.Message);
            }
        }

        return problems.Count > 0
            ? throw new ConfigurationException(SourceProblems.Combine(problems))
            : new DesiredInstances([.. chosen.Select(Describe)], warnings);
    }

    private List<Instance> Choose(InstancesFile file, bool mayMiss, List<string> warnings)
    {
        if (names.Count == 0)
        {
            return [.. file.Instances];
        }

        var chosen = new List<Instance>();
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            if (mayMiss && file.Instances.All(instance => instance.Name != name))
            {
                warnings.Add($"{path}: the instance {JsonText.Quote(name)} is no longer in it");
            }
            else
            {
                chosen.Add(file.Find(name));
            }
        }

        return chosen;
    }

    private InstanceDescription Describe(Instance instance) => new(
        instance,
        new DesiredInstance(
            instance.Name,
            InstanceVersion.Of(instance, settings.Accelerator),
            Demand.Of(instance.Machine, Emulation.IsExpected(instance.Machine, settings.Accelerator)),
            instance.SshPort));
}

using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Examination;
using Orchestrator.GitHub;
using Orchestrator.Images;
using Orchestrator.Preprocessing;
using Orchestrator.Service.Policy;
using Orchestrator.State;

namespace Orchestrator.Service.Instances;

/// <summary>Which instances a service is to keep running: those of the instances file, or some of them.</summary>
/// <param name="path">The file.</param>
/// <param name="names">The instances to run; none: every one.</param>
/// <param name="settings">What holds where the file does not say.</param>
/// <param name="time">The clock.</param>
internal sealed class DesiredInstancesReader(string path, IReadOnlyList<string> names, HostSettings settings, TimeProvider time)
{
    private readonly ImageCache _images = new(StateDirectory.ImagesOf(settings.StateDirectory), time);

    /// <summary>What is read, whatever it says: the instances file, the catalogue beside it, and what tells that an image was fetched; absolute.</summary>
    public IReadOnlyList<string> Files => [Path.GetFullPath(path), Path.GetFullPath(ImageCatalogue.PathBeside(path)), _images.Mark];

    /// <summary>Reads the file and checks it as <c>run</c> would for each instance.</summary>
    /// <param name="mayMiss">A name that the file does not have is no error: the instance was taken out of it.</param>
    /// <exception cref="ConfigurationException">Something is wrong; the message has a line for each problem.</exception>
    /// <exception cref="HostException">All is right, but an image of the catalogue was not fetched.</exception>
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

        if (problems.Count > 0)
        {
            throw new ConfigurationException(SourceProblems.Combine(problems));
        }

        var images = new CatalogueImages(_images);
        var missing = chosen.Where(instance => images.TryResolve(instance) is null).Select(CatalogueImages.DescribeMissing).ToList();
        return missing.Count > 0
            ? throw new HostException(HostProblem.UnusableImage, SourceProblems.Combine(missing))
            : new DesiredInstances([.. chosen.Select(images.Resolve).Select(Describe)], warnings);
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

using System.Globalization;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Host.Network;
using Orchestrator.GitHub;
using Orchestrator.Images;
using Orchestrator.Preprocessing;
using Orchestrator.State;

namespace Orchestrator.Examination;

/// <summary>Examines whether this host can run what the instances file describes. Looks only; leaves nothing.</summary>
/// <param name="settings">The host's settings.</param>
/// <param name="drivers">The drivers; only those that are to run instances are made.</param>
/// <param name="github">GitHub.</param>
/// <param name="time">The clock.</param>
internal sealed class HostExamination(HostSettings settings, DriverCatalog drivers, GitHubApi github, TimeProvider time)
{
    /// <summary>Examines all of it.</summary>
    /// <param name="instancesPath">The instances file, if one was named; what it asks for is examined where it can be read.</param>
    public async Task<IReadOnlyList<HostCheck>> ExamineAsync(string? instancesPath, CancellationToken cancellationToken)
    {
        var checks = new List<HostCheck>();
        var (file, verdict) = instancesPath is null ? (null, null) : LoadInstances(instancesPath);
        var names = (file?.Instances ?? []).Select(instance => instance.Driver).Prepend(settings.NamedDriver ?? settings.Driver).Distinct().ToList();
        foreach (var name in names)
        {
            var report = await drivers.Get(name).ProbeAsync(cancellationToken);
            checks.AddRange(report.Checks.Select(check => names.Count == 1 ? check : check with { Subject = $"{name}: {check.Subject}" }));
        }

        if (file?.Instances.Any(instance => instance.Machine.Network == NetworkMode.Internet) ?? settings.Network == NetworkMode.Internet)
        {
            checks.Add(await ExamineNetworkAsync(cancellationToken));
        }

        checks.Add(ExamineStateDirectory());
        if (verdict is not null)
        {
            checks.Add(verdict);
        }

        if (file is { Instances: { Count: > 0 } instances })
        {
            var memory = new HostMemory();
            checks.Add(ExamineSpace(instances));
            checks.Add(ExamineMemory(instances, memory.TotalFor(settings), memory.Available(), HostMemory.AddressSpaceFor(settings)));
            checks.AddRange(ExaminePorts(instances));
            checks.AddRange(ExamineMounts(instances));
            checks.AddRange(ExamineImages(instances));
            var (configs, plans) = ExamineConfigs(instances);
            checks.Add(configs);
            checks.AddRange(await new GitHubExamination(github).ExamineAsync(plans, cancellationToken));
        }

        return checks;
    }

    private async Task<HostCheck> ExamineNetworkAsync(CancellationToken cancellationToken)
    {
        const string Subject = "network";
        try
        {
            await GuestNetwork.TryAsync(time, cancellationToken);
            return new HostCheck(Subject, HostCheckOutcome.Passed, "internet: a machine gets one of its own, from which it reaches public addresses");
        }
        catch (HostException error)
        {
            return new HostCheck(Subject, HostCheckOutcome.Failed, error.Message);
        }
    }

    private HostCheck ExamineStateDirectory()
    {
        const string Subject = "state directory";
        try
        {
            // The nearest directory that exists says whether the rest can be made, without making it.
            var existing = Existing(settings.StateDirectory);
            if (existing == settings.StateDirectory)
            {
                StateDirectory.Open(existing);
            }
            else if (!FileAccessProbe.CanWrite(existing))
            {
                return new HostCheck(
                    Subject, HostCheckOutcome.Failed, $"{settings.StateDirectory} cannot be made in {existing}", "name another with --state-dir");
            }

            return new HostCheck(Subject, HostCheckOutcome.Passed, settings.StateDirectory);
        }
        catch (HostException error)
        {
            return new HostCheck(Subject, HostCheckOutcome.Failed, error.Message);
        }
    }

    private (InstancesFile? File, HostCheck? Verdict) LoadInstances(string path)
    {
        const string Subject = "instances";
        try
        {
            var file = InstancesFile.Load(path, settings);
            return file.Warnings.Count == 0
                ? (file, new HostCheck(Subject, HostCheckOutcome.Passed, $"{path}: {Count(file.Instances.Count)}"))
                : (file, new HostCheck(Subject, HostCheckOutcome.Warning, string.Join("; ", file.Warnings)));
        }
        catch (ConfigurationException error)
        {
            return (null, new HostCheck(Subject, HostCheckOutcome.Failed, error.Message.Split('\n')[0], "orchestrator validate says more"));
        }
    }

    private HostCheck ExamineSpace(IReadOnlyList<Instance> instances)
    {
        const string Subject = "disk space";
        var free = new DriveInfo(Existing(settings.StateDirectory)).AvailableFreeSpace;
        var asked = instances.Sum(instance => instance.Machine.RootDiskBytes);
        var finding = $"{new ByteSize(free)} free for overlays that may grow to {new ByteSize(asked)} together";
        return free >= asked
            ? new HostCheck(Subject, HostCheckOutcome.Passed, finding)
            : new HostCheck(
                Subject,
                HostCheckOutcome.Warning,
                finding,
                "overlays are sparse, so this may do; else free some space, or name a state directory on a larger file system with --state-dir");
    }

    /// <summary>Compares what instances ask with what the host has, and with the addresses that a process may have, if they are limited. Sizes in bytes.</summary>
    internal static HostCheck ExamineMemory(IReadOnlyList<Instance> instances, long total, long available, long? addressSpace)
    {
        const string Subject = "memory";
        var largest = instances.MaxBy(instance => instance.Machine.MemoryBytes)!;
        var asked = instances.Sum(instance => instance.Machine.MemoryBytes);
        var finding = $"{new ByteSize(available)} of {new ByteSize(total)} available; instances ask for {new ByteSize(asked)} together";
        if (largest.Machine.MemoryBytes > total)
        {
            return new HostCheck(
                Subject,
                HostCheckOutcome.Failed,
                $"instance {largest.Name} asks for {new ByteSize(largest.Machine.MemoryBytes)}, and the host has {new ByteSize(total)}",
                "lower its ram");
        }

        // QEMU's own: its code and its threads.
        const long qemu = (512 << 20) + VmSpec.TranslatedCodeBytes;
        if (addressSpace is { } limit && limit < largest.Machine.MemoryBytes + qemu)
        {
            return new HostCheck(
                Subject,
                HostCheckOutcome.Warning,
                $"a process may have {new ByteSize(limit)} of addresses, and instance {largest.Name} asks for {new ByteSize(largest.Machine.MemoryBytes)}",
                "raise the limit (ulimit -v)");
        }

        return asked <= available
            ? new HostCheck(Subject, HostCheckOutcome.Passed, finding)
            : new HostCheck(Subject, HostCheckOutcome.Warning, finding, "do not run all of them at once, or lower their ram");
    }

    private static IEnumerable<HostCheck> ExaminePorts(IReadOnlyList<Instance> instances)
    {
        foreach (var sharing in instances.Where(instance => instance.SshPort is not null).GroupBy(instance => instance.SshPort!.Value))
        {
            var names = string.Join(", ", sharing.Select(instance => instance.Name));
            var subject = $"port {sharing.Key.ToString(CultureInfo.InvariantCulture)}";
            HostCheck check;
            try
            {
                SshPorts.EnsureFree(sharing.Key);
                check = sharing.Count() == 1
                    ? new HostCheck(subject, HostCheckOutcome.Passed, $"free for {names}")
                    : new HostCheck(
                        subject, HostCheckOutcome.Warning, $"asked for by {names}: only one of them can run at a time", "give each its own ssh-port");
            }
            catch (HostException error)
            {
                check = new HostCheck(
                    subject, HostCheckOutcome.Warning, error.Message, $"fine where {names} runs at the moment");
            }

            yield return check;
        }
    }

    private IEnumerable<HostCheck> ExamineMounts(IReadOnlyList<Instance> instances)
    {
        foreach (var instance in instances.Where(instance => instance.Machine.Mounts.Count > 0))
        {
            var subject = $"mounts of {instance.Name}";
            HostCheck check;
            try
            {
                // Whom QEMU runs as, the driver knows. The network has a check of its own.
                drivers.Get(instance.Driver).Require(instance.Machine with { Network = NetworkMode.None }, sshPort: null);
                check = new HostCheck(subject, HostCheckOutcome.Passed, string.Join(", ", instance.Machine.Mounts.Select(mount => $"{mount.Tag}: {mount.Source}")));
            }
            catch (OrchestratorException error)
            {
                check = new HostCheck(subject, HostCheckOutcome.Failed, error.Message);
            }

            yield return check;
        }
    }

    // Whether an image is one is for 'validate' to say.
    private IEnumerable<HostCheck> ExamineImages(IReadOnlyList<Instance> instances)
    {
        const string Subject = "images";
        var images = new CatalogueImages(new ImageCache(StateDirectory.ImagesOf(settings.StateDirectory), time));
        foreach (var instance in instances)
        {
            if (images.TryResolve(instance) is null)
            {
                yield return new HostCheck(Subject, HostCheckOutcome.Failed, CatalogueImages.DescribeMissing(instance));
            }
        }

        foreach (var warning in instances.Select(images.TryResolve).OfType<Instance>().Select(instance => images.FindWarning(instance, time.GetUtcNow())).OfType<string>().Distinct())
        {
            yield return new HostCheck(Subject, HostCheckOutcome.Warning, warning);
        }
    }

    private (HostCheck Check, IReadOnlyList<PreprocessingPlan> Plans) ExamineConfigs(IReadOnlyList<Instance> instances)
    {
        const string Subject = "configurations";
        var preprocessor = Preprocessor.ForHost(settings, github);
        try
        {
            var plans = instances.Select(preprocessor.Parse).ToList();
            plans.ForEach(plan => plan.RequireNoObstacles());
            instances.ToList().ForEach(settings.RequireSupport);
            var calls = plans.Count(plan => plan.HasCalls);
            if (calls > 0 && github.FindFault() is { } fault)
            {
                return (new HostCheck(Subject, HostCheckOutcome.Failed, fault), []);
            }

            return (
                new HostCheck(Subject, HostCheckOutcome.Passed, calls == 0 ? "no secrets to be fetched" : $"{Count(calls)} with secrets to be fetched"),
                plans);
        }
        catch (ConfigurationException error)
        {
            return (new HostCheck(Subject, HostCheckOutcome.Failed, error.Message.Split('\n')[0]), []);
        }
    }

    private static string Existing(string path)
    {
        while (!Directory.Exists(path) && Path.GetDirectoryName(path) is { } parent)
        {
            path = parent;
        }

        return path;
    }

    private static string Count(int instances) => instances == 1 ? "1 instance" : $"{instances.ToString(CultureInfo.InvariantCulture)} instances";
}

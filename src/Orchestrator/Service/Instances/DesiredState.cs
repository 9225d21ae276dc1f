using Orchestrator.Drivers;
using Orchestrator.Service.Monitoring;
using Orchestrator.Service.Reporting;

namespace Orchestrator.Service.Instances;

/// <summary>The instances as they are in force: read anew when asked, kept as they were when what is read is broken.</summary>
internal sealed class DesiredState(DesiredInstancesReader reader, DesiredInstances initial, ServiceReports reports, ServiceMetrics metrics)
{
    private Dictionary<string, InstanceDescription> _byName = ByName(initial);

    /// <summary>What is in force.</summary>
    public DesiredInstances Current { get; private set; } = initial;

    /// <summary>Why the file, as it was last read, is not in force; null when it is.</summary>
    public string? Refused { get; private set; } = initial.Refused;

    /// <summary>The files whose change may change it; absolute.</summary>
    public IEnumerable<string> Files => Current.Instances
        .Select(description => description.Instance.Machine)
        .SelectMany(machine => (IEnumerable<string>)[machine.BaseImagePath, .. machine.BackingImagePaths])
        .Concat(reader.Files);

    /// <summary>An instance.</summary>
    public InstanceDescription this[string name] => _byName[name];

    /// <summary>Reads the file anew, and tells what came of it.</summary>
    /// <param name="asked">Somebody asked for it, and is told also that nothing changed.</param>
    /// <returns>False when what was in force still is.</returns>
    public bool Renew(bool asked)
    {
        try
        {
            var next = reader.Read(mayMiss: true);
            var changes = Compare(next);
            if (asked || Refused is not null || changes.Added.Count + changes.Changed.Count + changes.Removed.Count > 0)
            {
                reports.Tell(changes);
                Warn(next.Warnings.Except(Current.Warnings));
            }

            Refused = null;
            _byName = ByName(next);
            Current = next;
            metrics.Reloaded(applied: true);
            return true;
        }
        catch (OrchestratorException error)
        {
            // Watching shows the same broken file again when something else happens.
            if (asked || error.Message != Refused)
            {
                reports.Tell(new ServiceEvent.ReloadRefused(error.Message));
            }

            Refused = error.Message;
            metrics.Reloaded(applied: false);
            return false;
        }
    }

    /// <summary>Tells what works but is probably not meant.</summary>
    public void Warn(IEnumerable<string> warnings)
    {
        foreach (var warning in warnings)
        {
            reports.Tell(new ServiceEvent.Warning(warning));
        }
    }

    private static Dictionary<string, InstanceDescription> ByName(DesiredInstances desired) =>
        desired.Instances.ToDictionary(description => description.Desired.Name, StringComparer.Ordinal);

    private ServiceEvent.Reloaded Compare(DesiredInstances next)
    {
        var names = next.Instances.Select(description => description.Desired.Name).ToHashSet(StringComparer.Ordinal);
        return new ServiceEvent.Reloaded(
            [.. names.Where(name => !_byName.ContainsKey(name))],
            [.. next.Instances.Select(description => description.Desired)
                .Where(desired => _byName.TryGetValue(desired.Name, out var old) && old.Desired != desired)
                .Select(desired => desired.Name)],
            [.. _byName.Keys.Where(name => !names.Contains(name))]);
    }
}

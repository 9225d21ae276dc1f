using System.Globalization;

namespace Orchestrator.Configuration;

/// <summary>Finds instances that cannot run at the same time, since they ask for one <c>ssh-port</c>.</summary>
internal static class SharedPorts
{
    /// <summary>Each port that several ask for, as a clause that begins with the instances' names.</summary>
    public static IEnumerable<string> Find(IEnumerable<Instance> instances) =>
        from instance in instances
        where instance.SshPort is > 0
        group JsonText.Quote(instance.Name) by instance.SshPort into sharing
        where sharing.Count() > 1
        select string.Create(CultureInfo.InvariantCulture, $"the instances {string.Join(", ", sharing)} have one ssh-port, {sharing.Key}");
}

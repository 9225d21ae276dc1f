using Libvirt;
using Libvirt.Daemon;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>A machine of the libvirt driver is also a domain, and files of libvirt.</summary>
public sealed class LibvirtTraces(PrivateLibvirtd daemon) : IDriverTraces
{
    public IReadOnlyList<string> KeptFiles { get; } = ["console.log", "events.ndjson", "root.qcow2", "run.json", "summary.json"];

    public string WordsForKilledQemu => "QEMU died under the guest";

    // Libvirtd saves the domain's state with every move, and its guest moves as fast as it can until it is paused.
    public double LongestRaceMilliseconds => 30_000;

    // Everything of the daemon's, but for the base images.
    public IReadOnlyList<string> Papers => [.. Directory.GetDirectories(daemon.Root).Where(directory => directory != daemon.Files)];

    public IEnumerable<string> LeftOf(string instance)
    {
        using var connection = LibvirtConnection.Open(daemon.Uri);
        foreach (var domain in connection.ListDomains())
        {
            using (domain)
            {
                if (domain.Name == instance)
                {
                    yield return $"domain {domain.Name} ({domain.Uuid})";
                }
            }
        }

        // The log of a domain's QEMU stays, as an administrator expects of libvirt.
        foreach (var path in Directory.EnumerateFileSystemEntries(daemon.Root, $"*{instance}*", SearchOption.AllDirectories))
        {
            if (!path.StartsWith(daemon.Logs, StringComparison.Ordinal))
            {
                yield return path;
            }
        }
    }

    public void End(string instance)
    {
        if (!daemon.IsRunning)
        {
            return; // a test failed that had killed it, and its machine is a process like others
        }

        using var connection = LibvirtConnection.Open(daemon.Uri);
        using var domain = connection.FindDomainByName(instance);
        try
        {
            domain?.Destroy();
        }
        catch (LibvirtException)
        {
            // It ended by itself, or its process was killed just now and libvirt has yet to see it.
        }
    }

    public Task KillDaemonAsync() => daemon.KillAsync();

    public Task StartDaemonAsync() => daemon.StartAgainAsync(TestContext.Current.CancellationToken);
}

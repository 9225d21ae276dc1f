using System.Xml.Linq;
using Libvirt;
using Libvirt.Daemon;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>A machine of the libvirt driver is also a domain, and files of libvirt.</summary>
public sealed class LibvirtTraces(PrivateLibvirtd daemon) : IDriverTraces
{
    public IReadOnlyList<string> KeptFiles { get; } = ["console.log", "events.ndjson", "network.log", "root.qcow2", "run.json", "summary.json"];

    public bool NamesMedia => true;

    public string WordsForKilledQemu => "QEMU died under the guest";

    // Libvirtd saves the domain's state with every move, and its guest moves as fast as it can until it is paused.
    public double LongestRaceMilliseconds => 60_000;

    // Everything of the daemon's, but for the base images.
    public IReadOnlyList<string> Papers => [.. Directory.GetDirectories(daemon.Root).Where(directory => directory != daemon.Files)];

    public IReadOnlyList<int> Daemons => daemon.ProcessIds;

    public IReadOnlyList<string[]> Questions(string instance) =>
    [
        ["virsh", "--connect", daemon.Uri, "dumpxml", "--security-info", instance],
        ["virsh", "--connect", daemon.Uri, "domstats", instance],
        ["virsh", "--connect", daemon.Uri, "domblklist", "--details", instance],
    ];

    public IEnumerable<string> LeftOf(string instance)
    {
        using var connection = LibvirtConnection.Open(daemon.Uri);
        using var domain = connection.FindDomainByName(instance);
        if (domain is not null)
        {
            yield return $"domain {instance} ({domain.Uuid})";
        }

        foreach (var path in FilesOf(instance))
        {
            yield return path;
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

    public Task StartDaemonAsync()
    {
        // A libvirtd that is killed before it has started a domain's QEMU, and written its pid down, leaves what it made for it; and the next one believes for
        // ever in such a domain. docs/operations.md has this remedy.
        var instances = Directory.EnumerateDirectories(daemon.Root, "domain-*", SearchOption.AllDirectories)
            .Select(directory => Path.GetFileName(directory).Split('-', 3)[^1]);
        foreach (var instance in instances.Distinct().Where(instance => !HasProcess(instance)).ToList())
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"libvirtd was killed before it had started the QEMU of {instance}");
            FilesOf(instance).ToList().ForEach(Delete);
        }

        // Nor does it miss what it was writing when it was killed.
        Directory.GetFiles(daemon.RunningDomains, "*.new").ToList().ForEach(File.Delete);

        return daemon.StartAgainAsync(TestContext.Current.CancellationToken);
    }

    private bool HasProcess(string instance)
    {
        var domain = Path.Combine(daemon.RunningDomains, $"{instance}.xml");
        return File.Exists(domain) && XElement.Load(domain).Attribute("pid")?.Value != "0";
    }

    // But for the log of a domain's QEMU, which stays, as an administrator expects of libvirt.
    private IEnumerable<string> FilesOf(string instance) =>
        Directory.EnumerateFileSystemEntries(daemon.Root, $"*{instance}*", SearchOption.AllDirectories)
            .Where(path => !path.StartsWith(daemon.Logs, StringComparison.Ordinal));

    private static void Delete(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }
    }
}

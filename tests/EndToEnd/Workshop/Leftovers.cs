namespace Orchestrator.EndToEnd.Workshop;

/// <summary>Looks for what a run may not leave: processes, sockets, files, locks, domains.</summary>
public sealed class Leftovers
{
    // Programs that ignore TMPDIR use these.
    private static readonly string[] SharedDirectories = ["/tmp", "/var/tmp", "/dev/shm", "/run"];

    // Other tests and the tools that run them come and go there too. Of what bears no name of ours, these would be QEMU's and .NET's;
    // PrivateHostTests looks for all others.
    private static readonly string[] Suspects = ["vl.", "CoreFxPipe_"];

    private readonly Workbench _bench;
    private readonly HashSet<string> _before;

    public Leftovers(Workbench bench)
    {
        _bench = bench;
        _before = SharedEntries();
    }

    /// <summary>Fails with the list of what is left.</summary>
    public void AssertNone()
    {
        var found = new List<string>();
        found.AddRange(HostProcesses.Mentioning(_bench.Name).Select(process => $"process {process.Pid}: {process.CommandLine}"));
        found.AddRange(HostProcesses.HoldersOf(_bench.Root));
        found.AddRange(_bench.Driver.LeftOf(_bench.Name));
        if (HostProcesses.IsListening(_bench.SshPort))
        {
            found.Add($"somebody listens on port {_bench.SshPort}");
        }

        foreach (var kind in (string[])["runs", "leases"])
        {
            var directory = Path.Combine(_bench.StateDirectory, kind);
            if (Directory.Exists(directory))
            {
                found.AddRange(Directory.EnumerateFileSystemEntries(directory, "*", SearchOption.AllDirectories));
            }
        }

        if (Directory.Exists(_bench.StateDirectory))
        {
            found.AddRange(Directory.EnumerateFiles(_bench.StateDirectory, "*.sock", SearchOption.AllDirectories));
        }

        found.AddRange(Directory.EnumerateFileSystemEntries(_bench.TemporaryDirectory, "*", SearchOption.AllDirectories));
        found.AddRange(SharedEntries().Except(_before));
        Assert.True(found.Count == 0, "left over:\n" + string.Join('\n', found));
    }

    private HashSet<string> SharedEntries() =>
    [
        .. SharedDirectories
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateFileSystemEntries)
            .Where(IsSuspect),
    ];

    private bool IsSuspect(string path)
    {
        var name = Path.GetFileName(path);
        return !name.StartsWith(Workbench.Prefix, StringComparison.Ordinal)
            && (name.Contains(_bench.Name, StringComparison.Ordinal)
                || Suspects.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)));
    }
}

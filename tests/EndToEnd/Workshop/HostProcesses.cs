using System.Text;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>The processes of this host, as <c>/proc</c> shows them (proc(5)).</summary>
public static class HostProcesses
{
    /// <summary>The processes whose command line contains a text.</summary>
    public static IReadOnlyList<(int Pid, string CommandLine)> Mentioning(string text) =>
        [.. All().Select(pid => (pid, CommandLineOf(pid))).Where(process => process.Item2.Contains(text, StringComparison.Ordinal))];

    /// <summary>All of them.</summary>
    public static IEnumerable<int> All() =>
        from directory in Directory.EnumerateDirectories("/proc")
        let pid = int.TryParse(Path.GetFileName(directory), out var number) ? number : 0
        where pid > 0
        select pid;

    /// <summary>A process's arguments, a space between two; empty when it is gone.</summary>
    public static string CommandLineOf(int pid) => TextOf(pid, "cmdline").Replace('\0', ' ');

    /// <summary>The number of the user a process runs as.</summary>
    public static uint UserOf(int pid) => uint.Parse(
        TextOf(pid, "status").Split('\n').First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[2],
        System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The files below a directory that some process holds open, deleted ones included; a held lock is among them.</summary>
    public static IReadOnlyList<string> HoldersOf(string directory) =>
    [
        .. from pid in All()
           from descriptor in DescriptorsOf(pid)
           where pid != Environment.ProcessId && descriptor.Target.StartsWith(directory, StringComparison.Ordinal) // in which a search looks everywhere
           select $"{pid} ({CommandLineOf(pid)}) holds {descriptor.Target}",
    ];

    /// <summary>Whether anyone listens on a TCP port. Field 2 is the local address, field 4 the state, 0A is TCP_LISTEN.</summary>
    public static bool IsListening(int port) =>
        new[] { "/proc/net/tcp", "/proc/net/tcp6" }
            .Where(File.Exists)
            .SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Any(fields => fields.Length > 3 && fields[3] == "0A" && fields[1].EndsWith($":{port:X4}", StringComparison.Ordinal));

    /// <summary>The descriptors of a process: by which path they are opened anew, and what they are of.</summary>
    public static IReadOnlyList<(string Path, string Target)> DescriptorsOf(int pid)
    {
        var descriptors = new List<(string, string)>();
        try
        {
            foreach (var link in Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd"))
            {
                if (new FileInfo(link).LinkTarget is { } target)
                {
                    descriptors.Add((link, target));
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is another user's and so none of ours.
        }

        return descriptors;
    }

    /// <summary>What <c>/proc</c> says of a process; nothing when it is gone.</summary>
    public static byte[] Read(int pid, string file)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{pid}/{file}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string TextOf(int pid, string file) => Encoding.UTF8.GetString(Read(pid, file));
}

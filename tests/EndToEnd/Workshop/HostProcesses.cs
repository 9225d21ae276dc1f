using System.Text;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>The processes of this host, as <c>/proc</c> shows them (proc(5)).</summary>
public static class HostProcesses
{
    /// <summary>The processes whose command line contains a text.</summary>
    public static IReadOnlyList<(int Pid, string CommandLine)> Mentioning(string text) =>
        [.. All().Select(pid => (pid, CommandLineOf(pid))).Where(process => process.Item2.Contains(text, StringComparison.Ordinal))];

    /// <summary>The processes that a text was given to, as an argument or in the environment.</summary>
    public static IEnumerable<int> Knowing(string text) => All().Where(pid => (Read(pid, "cmdline") + Read(pid, "environ")).Contains(text, StringComparison.Ordinal));

    /// <summary>A process's arguments, a space between two; empty when it is gone.</summary>
    public static string CommandLineOf(int pid) => Read(pid, "cmdline").Replace('\0', ' ');

    /// <summary>The number of the user a process runs as.</summary>
    public static uint UserOf(int pid) => uint.Parse(
        Read(pid, "status").Split('\n').First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[2],
        System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A process's environment as it was started with.</summary>
    public static string EnvironmentOf(int pid) => Read(pid, "environ");

    /// <summary>The files below a directory that some process holds open, deleted ones included; a held lock is among them.</summary>
    public static IReadOnlyList<string> HoldersOf(string directory) =>
    [
        .. from pid in All()
           from target in Descriptors(pid)
           where target.StartsWith(directory, StringComparison.Ordinal)
           select $"{pid} ({CommandLineOf(pid)}) holds {target}",
    ];

    /// <summary>Whether anyone listens on a TCP port. Field 2 is the local address, field 4 the state, 0A is TCP_LISTEN.</summary>
    public static bool IsListening(int port) =>
        new[] { "/proc/net/tcp", "/proc/net/tcp6" }
            .Where(File.Exists)
            .SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Any(fields => fields.Length > 3 && fields[3] == "0A" && fields[1].EndsWith($":{port:X4}", StringComparison.Ordinal));

    private static IEnumerable<int> All() =>
        from directory in Directory.EnumerateDirectories("/proc")
        let pid = int.TryParse(Path.GetFileName(directory), out var number) ? number : 0
        where pid > 0
        select pid;

    private static List<string> Descriptors(int pid)
    {
        var targets = new List<string>();
        try
        {
            foreach (var link in Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd"))
            {
                if (new FileInfo(link).LinkTarget is { } target)
                {
                    targets.Add(target);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is another user's and so none of ours.
        }

        return targets;
    }

    private static string Read(int pid, string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/{file}"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

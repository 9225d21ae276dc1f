using System.Globalization;

namespace Orchestrator.Linux.Processes;

/// <summary>Reads <c>/proc</c>.</summary>
internal static class ProcessTable
{
    private static readonly Lazy<string> CurrentBoot = new(() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim());

    /// <summary>This boot of the host.</summary>
    public static string BootId => CurrentBoot.Value;

    /// <summary>Identifies a process that runs. Null when it does not; a zombie does not.</summary>
    public static ProcessIdentity? Identify(int pid)
    {
        if (Read(pid, "stat") is not { } stat)
        {
            return null;
        }

        // The second field is the program's name in parentheses, which may itself hold spaces and parentheses.
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        const int state = 0;
        const int startTime = 19;
        return fields.Length > startTime
            && fields[state] is not ("Z" or "X")
            && long.TryParse(fields[startTime], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            ? new ProcessIdentity(pid, ticks, BootId)
            : null;
    }

    /// <summary>Whether that very process still runs.</summary>
    public static bool IsAlive(ProcessIdentity identity) => Identify(identity.Pid) == identity;

    /// <summary>A process's arguments, the program's name first. Empty when it is gone or may not be seen.</summary>
    public static string[] Arguments(int pid) =>
        Read(pid, "cmdline") is { Length: > 0 } line ? line.TrimEnd('\0').Split('\0') : [];

    /// <summary>The process that has <paramref name="option"/> followed by <paramref name="value"/> among its arguments.</summary>
    public static ProcessIdentity? Find(string option, string value)
    {
        foreach (var pid in Pids())
        {
            if (ValueOf(Arguments(pid), option) == value && Identify(pid) is { } identity)
            {
                return identity;
            }
        }

        return null;
    }

    /// <summary>The pids of all processes.</summary>
    public static IEnumerable<int> Pids()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            {
                yield return pid;
            }
        }
    }

    /// <summary>
    /// Whether a process holds files below a directory open, and all of them are deleted. A path alone tells nothing: in another mount namespace, as
    /// of a container, the same path is another directory. False also where the process may not be looked at.
    /// </summary>
    /// <param name="pid">The process.</param>
    /// <param name="directory">Absolute, without symbolic links; need not exist (any more).</param>
    public static bool HoldsOnlyDeletedFilesBelow(int pid, string directory)
    {
        try
        {
            var held = new DirectoryInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd")).EnumerateFileSystemInfos()
                .Where(descriptor => descriptor.LinkTarget?.StartsWith(directory + "/", StringComparison.Ordinal) == true)
                .ToList();
            return held.Count > 0 && held.TrueForAll(descriptor => Libc.LinkCount(descriptor.FullName) == 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>What follows an option among arguments, or null.</summary>
    public static string? ValueOf(string[] arguments, string option)
    {
        var index = Array.IndexOf(arguments, option);
        return index >= 0 && index + 1 < arguments.Length ? arguments[index + 1] : null;
    }

    private static string? Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{file}"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It ended, or it is somebody else's and hidden: either way it is not there for us.
            return null;
        }
    }
}

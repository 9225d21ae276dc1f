using System.Globalization;

namespace Orchestrator.Linux.Processes;

/// <summary>Reads <c>/proc</c>.</summary>
internal static class ProcessTable
{
    // What the kernel adds to the name of a file that has none any more.
    private const string Deleted = " (deleted)";

    private static readonly Lazy<string> CurrentBoot = new(() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim());

    /// <summary>This boot of the host.</summary>
    public static string BootId => CurrentBoot.Value;

    /// <summary>Identifies a process that runs. Null when it does not; a zombie does not.</summary>
    public static ProcessIdentity? Identify(int pid) =>
        StatOf(pid) is { State: not ("Z" or "X") } stat ? new ProcessIdentity(pid, stat.StartTicks, BootId) : null;

    /// <summary>Identifies a child of ours that nobody has collected yet, also when it has ended.</summary>
    public static ProcessIdentity IdentifyChild(int pid) => new(pid, StatOf(pid)!.Value.StartTicks, BootId);

    /// <summary>The session a process is in, which is the pid of whoever began it. Null when the process is gone.</summary>
    public static int? SessionOf(int pid) => StatOf(pid)?.Session;

    /// <summary>Whether that very process still runs.</summary>
    public static bool IsAlive(ProcessIdentity identity) => Identify(identity.Pid) == identity;

    /// <summary>Whether that very process is stopped (SIGSTOP, Ctrl+Z): it does nothing, and hears no signal but SIGCONT and SIGKILL.</summary>
    public static bool IsStopped(ProcessIdentity identity) =>
        StatOf(identity.Pid) is { State: "T" } stat && identity == new ProcessIdentity(identity.Pid, stat.StartTicks, BootId);

    /// <summary>A process's arguments, the program's name first. Empty when it is gone or may not be seen.</summary>
    public static string[] Arguments(int pid) =>
        Read(pid, "cmdline") is { Length: > 0 } line ? line.TrimEnd('\0').Split('\0') : [];

    /// <summary>The user a process acts as. Null when it is gone.</summary>
    public static uint? UserOf(int pid)
    {
        // "Uid:" and the real, effective, saved and file system user.
        const int effective = 1;
        return FieldOf(pid, "status", "Uid") is { } users
            && uint.TryParse(users.Split('\t', effective + 2)[effective], NumberStyles.None, CultureInfo.InvariantCulture, out var user)
            ? user
            : null;
    }

    /// <summary>The capabilities a process acts with, a bit each (capabilities(7)); none when it is gone.</summary>
    public static ulong CapabilitiesOf(int pid) =>
        ulong.TryParse(FieldOf(pid, "status", "CapEff"), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var effective) ? effective : 0;

    /// <summary>Whether a process has a handler for a signal, so that it does not end by it.</summary>
    public static bool Catches(int pid, int signal) =>
        ulong.TryParse(FieldOf(pid, "status", "SigCgt"), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var caught)
        && (caught & (1UL << (signal - 1))) != 0;

    /// <summary>Absolute path of the program a process runs, as it was when it was started. Null when it is gone or may not be looked at.</summary>
    public static string? ProgramOf(int pid)
    {
        // A package's update replaces the file of a program that runs.
        try
        {
            return File.ResolveLinkTarget(PathOf(pid, "exe"), returnFinalTarget: false)?.FullName is { } program
                ? program.EndsWith(Deleted, StringComparison.Ordinal) ? program[..^Deleted.Length] : program
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether any of a process's threads has a child that was not collected. Null where the kernel does not tell.</summary>
    public static bool? HasChildren(int pid) => ChildrenOf(pid) is { } children ? children.Count > 0 : null;

    /// <summary>The pids of the children of a process's threads that were not collected. Null where the kernel does not tell.</summary>
    public static IReadOnlyList<int>? ChildrenOf(int pid)
    {
        try
        {
            return
            [
                .. Directory.EnumerateDirectories(PathOf(pid, "task"))
                    .SelectMany(thread => File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    .Select(child => int.Parse(child, CultureInfo.InvariantCulture)),
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The processes that have <paramref name="option"/> followed by <paramref name="value"/> among their arguments.</summary>
    public static IEnumerable<ProcessIdentity> Find(string option, string value) =>
        Pids().Where(pid => ValueOf(Arguments(pid), option) == value).Select(Identify).OfType<ProcessIdentity>();

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
    /// Whether a process has a file open: the very file that is at a path, or the one that was and is deleted. The path alone tells nothing: in another mount
    /// namespace, as of a container, it is another file's.
    /// </summary>
    /// <param name="pid">The process.</param>
    /// <param name="path">Absolute, without symbolic links; need not exist (any more).</param>
    /// <returns>Null where the process may not be looked at; false when it is gone.</returns>
    public static bool? HasOpen(int pid, string path)
    {
        var wanted = TryIdentify(path)?.Identity;
        try
        {
            // By name first, so that descriptors of other files, dead file servers' among them, need not be asked.
            var suffix = '/' + Path.GetFileName(path);
            return Descriptors(pid).Any(descriptor =>
                descriptor.LinkTarget is { } link
                && (link.EndsWith(suffix, StringComparison.Ordinal) || link == path + Deleted)
                && TryIdentify(descriptor.FullName) is var (identity, links)
                && (identity == wanted || (links == 0 && link == path + Deleted)));
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>
    /// The links in <c>/proc</c> to the regular files that a process has open for reading only. Each leads to the very file, whatever is at the path that it names by now.
    /// </summary>
    /// <returns>Null where the process is gone or may not be looked at.</returns>
    public static IReadOnlyList<string>? FilesReadBy(int pid)
    {
        try
        {
            string[] files =
            [
                .. Descriptors(pid)
                    .Where(descriptor => IsForReading(FieldOf(pid, "fdinfo/" + descriptor.Name, "flags"))
                        && Libc.TryGetMode(descriptor.FullName, followLink: true) is { } mode
                        && Libc.IsRegular(mode))
                    .Select(descriptor => descriptor.FullName),
            ];
            return Identify(pid) is null ? null : files; // a zombie has none
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
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
            var held = Descriptors(pid)
                .Where(descriptor => descriptor.LinkTarget?.StartsWith(directory + "/", StringComparison.Ordinal) == true)
                .ToList();
            return held.Count > 0 && held.TrueForAll(descriptor => TryIdentify(descriptor.FullName) is null or { Links: 0 });
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

    private static (string State, int Session, long StartTicks)? StatOf(int pid)
    {
        // The second field is the program's name in parentheses, which may itself hold spaces and parentheses.
        var stat = Read(pid, "stat") ?? string.Empty;
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        const int state = 0;
        const int session = 3;
        const int startTime = 19;
        return fields.Length > startTime
            && int.TryParse(fields[session], NumberStyles.None, CultureInfo.InvariantCulture, out var leader)
            && long.TryParse(fields[startTime], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            ? (fields[state], leader, ticks)
            : null;
    }

    // A line of a file of /proc/PID (proc(5)) after its field's name.
    private static string? FieldOf(int pid, string file, string field) =>
        Read(pid, file)?.Split('\n').FirstOrDefault(line => line.StartsWith(field + ":\t", StringComparison.Ordinal))?[(field.Length + 2)..];

    // In octal; the lowest two bits are open(2)'s access mode, and O_RDONLY is 0.
    private static bool IsForReading(string? flags) => flags is [.., '0' or '4'];

    // A descriptor may be closed meanwhile.
    private static (FileIdentity Identity, uint Links)? TryIdentify(string path)
    {
        try
        {
            return Libc.Identify(path);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static IEnumerable<FileSystemInfo> Descriptors(int pid) => new DirectoryInfo(PathOf(pid, "fd")).EnumerateFileSystemInfos();

    private static string PathOf(int pid, string file) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{file}");

    private static string? Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText(PathOf(pid, file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It ended, or it is somebody else's and hidden: either way it is not there for us.
            return null;
        }
    }
}

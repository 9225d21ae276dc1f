using System.IO.Enumeration;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>Looks for canaries wherever this host keeps anything.</summary>
public sealed class SecretSearch(params IReadOnlyList<Canary> canaries)
{
    private const int Piece = 8 << 20;
    private const int LongestForm = 512;

    // Without symbolic links: they lead anywhere, and in circles.
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>In what was said.</summary>
    public List<Trace> InText(string place, string text) => In(place, Encoding.UTF8.GetBytes(text));

    /// <summary>In a file.</summary>
    public List<Trace> InFile(string path)
    {
        try
        {
            // What has no length is a socket or a pipe, of which reading might wait for ever.
            if (new FileInfo(path) is { LinkTarget: null, Length: 0 })
            {
                return [];
            }

            using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete); // without a lock, which would wait for none
            return Merge(InPieces(path, 0, RandomAccess.GetLength(file), (at, count) => Read(file, at, count)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return []; // gone meanwhile
        }
    }

    /// <summary>In the files below a directory, if there is one.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="since">Which of them: those that were written since then.</param>
    public List<Trace> InFiles(string directory, DateTime since = default) => Directory.Exists(directory)
        ? [.. FilesBelow(directory).Where(file => IsWrittenSince(file, since)).SelectMany(file => InFile(file.FullName))]
        : [];

    /// <summary>In the arguments and the environments of all processes.</summary>
    public List<Trace> InProcesses() =>
    [
        .. from pid in HostProcesses.All()
           from file in (string[])["cmdline", "environ"]
           let path = $"/proc/{pid}/{file}"
           from trace in In(path, HostProcesses.Read(pid, file))
           select trace,
    ];

    /// <summary>In the files without a name that processes have open: deleted ones, and those in memory (memfd_create(2)).</summary>
    public List<Trace> InNamelessFiles() =>
    [
        .. from pid in HostProcesses.All()
           where pid != Environment.ProcessId // another search, which has open what it looks through
           from descriptor in HostProcesses.DescriptorsOf(pid)
           where descriptor.Target.EndsWith(" (deleted)", StringComparison.Ordinal) && !IsUnreadable(descriptor.Target)
           from trace in InFile(descriptor.Path)
           select trace,
    ];

    /// <summary>In all that a process has in its memory.</summary>
    public List<Trace> InMemory(int pid)
    {
        using var memory = new ProcessMemory(pid);
        return Merge(memory.Present().SelectMany(part => InPieces($"memory of {pid}", part.From, part.To, memory.Read)));
    }

    private static List<Trace> Merge(IEnumerable<Trace> traces) =>
        [.. traces.GroupBy(trace => trace with { Times = 0 }).Select(same => same.Key with { Times = same.Sum(trace => trace.Times) })];

    private static byte[] Read(SafeFileHandle file, long at, int count)
    {
        var bytes = new byte[count];
        return bytes[..RandomAccess.Read(file, bytes, at)];
    }

    private List<Trace> In(string place, ReadOnlySpan<byte> bytes, int from = int.MaxValue) => Canary.TracesIn(canaries, bytes, place, from);

    // A trace that begins in a piece may end in the next.
    private IEnumerable<Trace> InPieces(string place, long from, long to, Func<long, int, byte[]> read)
    {
        for (var at = from; at < to; at += Piece)
        {
            foreach (var trace in In(place, read(at, (int)Math.Min(Piece + LongestForm, to - at)), Piece))
            {
                yield return trace;
            }
        }
    }

    // A file that is written through a mapping has its time only when the mapping goes; such a one of ours is nameless.
    // Not what the kernel shows of itself, where somebody has a tree of his own there: nobody writes to that, and processes come and go in it.
    private static FileSystemEnumerable<FileInfo> FilesBelow(string directory)
    {
        var shown = File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')).Where(mount => mount[2] is "proc" or "sysfs").Select(mount => mount[1]).ToHashSet();
        return new FileSystemEnumerable<FileInfo>(directory, (ref entry) => (FileInfo)entry.ToFileSystemInfo(), Everything)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref entry) => !shown.Contains(entry.ToFullPath()),
        };
    }

    private static bool IsWrittenSince(FileInfo file, DateTime since)
    {
        try
        {
            return file.LastWriteTimeUtc >= since;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false; // gone meanwhile
        }
    }

    // A terminal that is no more, of which one could wait for ever; and what a .NET that compiles as it goes keeps its code in, as long as there are addresses.
    private static bool IsUnreadable(string target) =>
        (target.StartsWith("/dev/", StringComparison.Ordinal) && !target.StartsWith("/dev/shm/", StringComparison.Ordinal))
        || target.StartsWith("/memfd:doublemapper", StringComparison.Ordinal);
}

using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Linux;
using Orchestrator.Linux.Files;

namespace Orchestrator.State;

/// <summary>
/// What is left of past runs: <c>&lt;state&gt;/history/&lt;run-id&gt;/</c> with a summary, and after a failure what helps to find out why.
/// Bounded. Never anything secret: files are named here one by one, and the medium is not among them.
/// </summary>
internal sealed class RunHistory(string directory, HistorySettings limits, IReadOnlyList<DriverFile> files, TimeProvider time)
{
    /// <summary>The summary's file in a run's history directory.</summary>
    public const string Summary = "summary.json";

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string[] _evidence =
    [
        RunFiles.ConsoleLog, RunFiles.OldConsoleLog, RunFiles.ConsoleBeginning, RunFiles.HypervisorLog, RunFiles.Events, RunFiles.OrchestratorLog,
        .. files.Where(file => file.Role == DriverFileRole.Evidence).Select(file => file.Name),
    ];

    // What even a kept run must not keep: secrets, and what would make it look alive.
    private readonly string[] _neverKept =
    [
        RunFiles.OldConfigMedia, RunFiles.Lock, RunFiles.Journal, RunFiles.Destroyed,
        .. files.Where(file => file.Role is DriverFileRole.Note or DriverFileRole.Runtime).Select(file => file.Name),
    ];

    /// <summary>Absolute path of a run's history.</summary>
    public string PathOf(VmId run) => Path.Combine(directory, run.Value);

    /// <summary>
    /// Takes over what is to remain of a run, and makes room for it by retention. What was moved by an attempt that was cut short, or for whose summary there was no
    /// room, stays where it is, and another attempt does the rest.
    /// </summary>
    /// <param name="run">Its directory, whose lock the caller holds.</param>
    /// <param name="id">The run.</param>
    /// <param name="summary">How it ended.</param>
    /// <exception cref="HostException">No room or no permission.</exception>
    public void Take(RunDirectory run, VmId id, RunSummary summary)
    {
        var target = PathOf(id);
        try
        {
            Directory.CreateDirectory(directory, Private);
            Directory.CreateDirectory(target, Private);
            var failure = TryWrite(Path.Combine(target, Summary), summary);
            if (summary.Kept)
            {
                Move(run, target, Directory.EnumerateFiles(run.FullPath).Select(path => Path.GetFileName(path)).Except(_neverKept)
                    .Where(name => !name.EndsWith(PrivateFile.DraftSuffix, StringComparison.Ordinal)));
            }
            else if (!summary.Succeeded)
            {
                Move(run, target, _evidence);
            }

            // Moving takes no room, and saves what the driver would remove.
            if (failure is not null)
            {
                throw failure;
            }

            if (summary.Kept || !summary.Succeeded)
            {
                TryCopyJournal(run, target);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw HostException.OfFile(error, $"history '{target}'", "name another state directory with --state-dir");
        }

        Trim();
    }

    /// <summary>The past runs. What lies there and is no run's history is passed over.</summary>
    /// <exception cref="HostException">No permission.</exception>
    public PastRuns Read()
    {
        var summaries = new List<RunSummary>();
        var unreadable = new List<string>();
        foreach (var path in Runs().Select(run => Path.Combine(run.FullName, Summary)))
        {
            if (RunSummary.Read(path) is { } summary)
            {
                summaries.Add(summary);
            }
            else if (Path.Exists(path))
            {
                unreadable.Add(path);
            }
        }

        return new PastRuns(summaries, unreadable);
    }

    /// <summary>Removes what goes past the bounds. Another process may do the same at the same time.</summary>
    /// <exception cref="HostException">No permission to look.</exception>
    public void Trim()
    {
        var now = time.GetUtcNow();

        // Counted apart: a fleet that does well for a day must not cost the one failure of the night its evidence.
        var (well, failed) = (0, 0);
        var bytes = 0L;
        foreach (var run in Runs().Reverse())
        {
            var summary = RunSummary.Read(Path.Combine(run.FullName, Summary));
            if (summary is { Kept: true })
            {
                continue;
            }

            var count = summary is { Succeeded: true } ? ++well : ++failed;
            var ended = summary?.Ended ?? new DateTimeOffset(run.LastWriteTimeUtc, TimeSpan.Zero);
            if (count > limits.MaxRuns || now - ended > limits.MaxAge)
            {
                Remove(() => run.Delete(recursive: true));
            }
            else if (SizeOf(run) is var size && bytes + size <= limits.MaxBytes)
            {
                bytes += size;
            }
            else
            {
                // Its evidence takes the room; that it was, and how it ended, takes none.
                Remove(() => run.EnumerateFiles().Where(file => file.Name != Summary).ToList().ForEach(file => file.Delete()));
            }
        }
    }

    // Whoever saw the end knows more of it than whoever finds the run afterwards.
    private static IOException? TryWrite(string path, RunSummary summary)
    {
        try
        {
            if (summary.Outcome != RunOutcome.Abandoned || RunSummary.Read(path) is null)
            {
                PrivateFile.Replace(path, summary.ToUtf8Json());
            }

            return null;
        }
        catch (IOException error)
        {
            return error;
        }
    }

    private IReadOnlyList<DirectoryInfo> Runs()
    {
        try
        {
            return
            [
                .. new DirectoryInfo(directory).GetDirectories()
                    .Where(run => run.LinkTarget is null && VmId.TryParse(run.Name, out _))
                    .OrderBy(run => run.Name, StringComparer.Ordinal),
            ];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw HostException.OfFile(error, $"history '{directory}'", "give it back to this user, or name another state directory with --state-dir");
        }
    }

    // By copy: as long as the run directory is there, it has to say what it is.
    private static void TryCopyJournal(RunDirectory run, string target)
    {
        byte[] journal;
        try
        {
            journal = GuardedFile.ReadOwn(run.PathOf(RunFiles.Journal));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return; // there is none, or what is there is none
        }

        PrivateFile.Replace(Path.Combine(target, RunFiles.Journal), journal);
    }

    // What is no file of ours, such as a link to somebody else's, goes with the directory.
    private static void Move(RunDirectory run, string target, IEnumerable<string> names)
    {
        foreach (var name in names.Where(name => GuardedFile.IsRegular(run.PathOf(name))).ToList())
        {
            File.Move(run.PathOf(name), Path.Combine(target, name), overwrite: true);
        }
    }

    private static long SizeOf(DirectoryInfo run)
    {
        try
        {
            return run.EnumerateFiles().Where(file => file.Name != Summary).Sum(file => Libc.AllocatedBytes(file.FullName));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0; // another process removes it, or it may not be looked at
        }
    }

    private static void Remove(Action removal)
    {
        try
        {
            removal();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Another process removes it, or the next run's end tries again: a bound that is met late harms nobody.
        }
    }
}

/// <summary>What a history says.</summary>
/// <param name="Summaries">The past runs, oldest first.</param>
/// <param name="Unreadable">Absolute paths of summaries that say nothing: they are damaged, or of a newer version of this program.</param>
internal sealed record PastRuns(IReadOnlyList<RunSummary> Summaries, IReadOnlyList<string> Unreadable);

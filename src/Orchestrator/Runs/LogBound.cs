using System.Globalization;
using Orchestrator.Drivers;
using Orchestrator.Linux;
using Orchestrator.Linux.Files;
using Orchestrator.Reporting;
using Orchestrator.State;

namespace Orchestrator.Runs;

/// <summary>
/// Keeps a hostile guest from filling the host's disk by talking: the hypervisor writes down whatever the guest says, without end. A log that
/// grew past its bound is begun anew; the hypervisor appends, so it goes on at the new beginning.
/// </summary>
internal sealed class LogBound : IAsyncDisposable
{
    /// <summary>Bytes a log may grow to, give or take what a guest can say between two looks.</summary>
    public const long Bytes = 64 << 20;

    /// <summary>How much is kept of a console's beginning, and of its end when it is begun anew.</summary>
    public const int PartBytes = 1 << 20;

    /// <summary>How often is looked. There is no event for a file's size that would not come with every write.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private static readonly string[] Parts = [RunFiles.ConsoleLog + ".2", RunFiles.ConsoleLog + ".1", RunFiles.OldConsoleLog, RunFiles.ConsoleLog];

    private readonly RunDirectory _directory;
    private readonly ITimer _timer;

    /// <summary>Looks until disposed.</summary>
    public LogBound(RunDirectory directory, IRunObserver observer, TimeProvider time)
    {
        _directory = directory;
        _timer = time.CreateBeat(() => LookAt(directory.FullPath, warning => observer.Observe(new RunEvent.Warning(warning))), Interval);
    }

    /// <summary>Looks once at the logs of a run, whoever answers for it.</summary>
    /// <param name="directory">Absolute path of the run's directory.</param>
    /// <param name="warn">Hears of a log that was begun anew.</param>
    public static void LookAt(string directory, Action<string> warn)
    {
        Attempt(() => KeepBeginning(directory));
        Attempt(() => BeginAnew(directory, RunFiles.ConsoleLog, warn));
        Attempt(() => BeginAnew(directory, RunFiles.HypervisorLog, warn));
        Attempt(() => BeginAnew(directory, RunFiles.NetworkLog, warn));
        Attempt(() => BeginAnew(directory, RunFiles.OrchestratorLog, warn));
    }

    /// <summary>Looks for the last time.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        Attempt(() => KeepBeginning(_directory.FullPath));
    }

    private static void Attempt(Action step)
    {
        try
        {
            step();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Another look follows; the log of a run that is being cleaned away is no concern.
        }
    }

    // Before it is lost, so that nobody erases his traces by talking. Libvirt's virtlogd begins a log anew after 2 MiB and keeps so many parts.
    private static void KeepBeginning(string directory)
    {
        var beginning = Path.Combine(directory, RunFiles.ConsoleBeginning);
        if (!File.Exists(beginning)
            && Parts.Select(part => new FileInfo(Path.Combine(directory, part))).FirstOrDefault(part => part.Exists) is { } first
            && (first.Name != RunFiles.ConsoleLog || first.Length >= PartBytes))
        {
            using var log = GuardedFile.OpenOwn(first.FullName);
            PrivateFile.Replace(beginning, GuardedFile.ReadFrom(log, 0, PartBytes));
        }
    }

    private static void BeginAnew(string directory, string name, Action<string> warn)
    {
        var path = Path.Combine(directory, name);
        if (new FileInfo(path) is not { Exists: true, Length: > Bytes })
        {
            return; // which is nearly always so
        }

        using var file = GuardedFile.OpenOwn(path, Libc.ReadWrite);
        if (RandomAccess.GetLength(file) is var length && length <= Bytes)
        {
            return;
        }

        if (name == RunFiles.ConsoleLog)
        {
            // The room is made whether there is some for this or not.
            Attempt(() => PrivateFile.Replace(
                Path.Combine(directory, RunFiles.OldConsoleLog), GuardedFile.ReadFrom(file, length - PartBytes, PartBytes)));
        }

        RandomAccess.SetLength(file, 0);
        warn(string.Create(CultureInfo.InvariantCulture, $"{name} grew past {Bytes >> 20} MiB and was begun anew; the guest talks a lot"));
    }
}

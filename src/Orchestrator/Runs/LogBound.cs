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
    private readonly IRunObserver _observer;
    private readonly ITimer _timer;
    private bool _beginningKept;

    /// <summary>Looks until disposed.</summary>
    public LogBound(RunDirectory directory, IRunObserver observer, TimeProvider time)
    {
        _directory = directory;
        _observer = observer;
        _timer = time.CreateTimer(_ => Look(), null, Interval, Interval);
    }

    /// <summary>Looks for the last time.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        Attempt(KeepBeginning);
    }

    private void Look()
    {
        Attempt(KeepBeginning);
        Attempt(() => BeginAnew(RunFiles.ConsoleLog));
        Attempt(() => BeginAnew(RunFiles.HypervisorLog));
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
    private void KeepBeginning()
    {
        var beginning = _directory.PathOf(RunFiles.ConsoleBeginning);
        if (!_beginningKept
            && Array.Find(Parts, part => File.Exists(_directory.PathOf(part))) is { } first
            && (first != RunFiles.ConsoleLog || new FileInfo(_directory.PathOf(first)).Length >= PartBytes))
        {
            if (!File.Exists(beginning))
            {
                using var log = GuardedFile.OpenOwn(_directory.PathOf(first));
                PrivateFile.Replace(beginning, GuardedFile.ReadFrom(log, 0, PartBytes));
            }

            _beginningKept = true;
        }
    }

    private void BeginAnew(string name)
    {
        using var file = GuardedFile.OpenOwn(_directory.PathOf(name), Libc.ReadWrite);
        if (RandomAccess.GetLength(file) is var length && length <= Bytes)
        {
            return;
        }

        if (name == RunFiles.ConsoleLog)
        {
            // The room is made whether there is some for this or not.
            Attempt(() => PrivateFile.Replace(_directory.PathOf(RunFiles.OldConsoleLog), GuardedFile.ReadFrom(file, length - PartBytes, PartBytes)));
        }

        RandomAccess.SetLength(file, 0);
        _observer.Observe(new RunEvent.Warning(string.Create(
            CultureInfo.InvariantCulture, $"{name} grew past {Bytes >> 20} MiB and was begun anew; the guest talks a lot")));
    }
}

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

    /// <summary>How often is looked. There is no event for a file's size that would not come with every write.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly RunDirectory _directory;
    private readonly IRunObserver _observer;
    private readonly ITimer _timer;

    /// <summary>Looks until disposed.</summary>
    public LogBound(RunDirectory directory, IRunObserver observer, TimeProvider time)
    {
        _directory = directory;
        _observer = observer;
        _timer = time.CreateTimer(_ => Look(), null, Interval, Interval);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Look()
    {
        foreach (var name in (string[])[RunFiles.ConsoleLog, RunFiles.HypervisorLog])
        {
            try
            {
                BeginAnew(new FileInfo(_directory.PathOf(name)));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Another look follows; the log of a run that is being cleaned away is no concern.
            }
        }
    }

    private void BeginAnew(FileInfo log)
    {
        if (!log.Exists || log.Length <= Bytes)
        {
            return;
        }

        using var file = GuardedFile.OpenOwn(log.FullName, Libc.WriteOnly);
        RandomAccess.SetLength(file, 0);
        _observer.Observe(new RunEvent.Warning(string.Create(
            CultureInfo.InvariantCulture, $"{log.Name} grew past {Bytes >> 20} MiB and was begun anew; the guest talks a lot")));
    }
}

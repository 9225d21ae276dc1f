using Orchestrator.State;

namespace Orchestrator.Runs;

/// <summary>Stamps a run's phases, counted from the user's command by the monotonic clock.</summary>
internal sealed class RunClock(TimeProvider time, long commandStarted)
{
    /// <summary>The phases so far.</summary>
    public RunTimeline Timeline { get; private set; } = new();

    /// <summary>
    /// The clock of a run that another process began: what it noted stands, and the count goes on by its clock's measure. A process that was killed
    /// as soon as its guest ran has noted no more than that it was about to.
    /// </summary>
    public static RunClock Resume(TimeProvider time, RunJournal journal)
    {
        var age = Math.Max(0, (journal.Now(time) - journal.Created).TotalSeconds);
        return new RunClock(time, time.GetTimestamp() - (long)(age * time.TimestampFrequency))
        {
            Timeline = journal.Timeline with { Started = journal.Timeline.Started ?? (journal.Started - journal.Created) },
        };
    }

    /// <summary>The machine exists.</summary>
    public void Prepared() => Timeline = Timeline with { Prepared = Now };

    /// <summary>The guest runs.</summary>
    public void Started() => Timeline = Timeline with { Started = Now };

    /// <summary>The tray was opened; the first time counts.</summary>
    /// <param name="at">When its event arrived, a timestamp of the <see cref="TimeProvider"/>.</param>
    /// <param name="foundOpen">Nobody heard of the opening itself.</param>
    public void TrayOpened(long at, bool foundOpen)
    {
        if (Timeline.TrayOpened is null)
        {
            Timeline = Timeline with { TrayOpened = time.GetElapsedTime(commandStarted, at), TrayFoundOpen = foundOpen ? true : null };
        }
    }

    /// <summary>The medium is gone.</summary>
    public void ConfigurationRemoved() => Timeline = Timeline with { ConfigurationRemoved = Now };

    /// <summary>The machine is over.</summary>
    public void ShutDown() => Timeline = Timeline with { ShutDown = Now };

    private TimeSpan Now => time.GetElapsedTime(commandStarted);
}

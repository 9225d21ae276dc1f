using Orchestrator.Drivers;
using Orchestrator.Reporting;
using Orchestrator.State;

namespace Orchestrator.Runs;

/// <summary>
/// What a machine and its guest report of themselves, told to whoever watches and written down. A guest can report anything in a loop: told is what changes
/// something, and no more of it than a person can read.
/// </summary>
/// <param name="journal">Where it is written down.</param>
/// <param name="mailbox">What the guest says of its job sets its timers.</param>
/// <param name="observer">Hears of it.</param>
/// <param name="clock">Stamps it.</param>
/// <param name="time">The clock.</param>
/// <param name="foundOver">The machine was over already when it was found: when it ended, nobody saw.</param>
internal sealed class MachineReports(
    JournalKeeper journal, RunMailbox mailbox, IRunObserver observer, RunClock clock, TimeProvider time, bool foundOver) : IAsyncDisposable
{
    // Firmware that is entered a second time (SeaBIOS) resets the machine once or twice more within milliseconds, to get a clean start.
    private static readonly TimeSpan OneReboot = TimeSpan.FromSeconds(2);

    private readonly long _unheardBefore = journal.Journal.Guest?.UnheardLines ?? 0;
    private RunJournal _heard = journal.Journal; // with what the guest has said since, which is written down beside
    private Task _noting = Task.CompletedTask;
    private long? _rebooted;

    /// <summary>What the guest does, as far as it says; null: it says nothing.</summary>
    public GuestActivity? Guest => _heard.Guest;

    /// <summary>The medium is taken from the guest before it has opened the tray.</summary>
    public bool MediumOverdue { get; set; }

    /// <summary>Takes what is reported.</summary>
    /// <param name="happened">What.</param>
    /// <param name="at">When, a timestamp of the <see cref="TimeProvider"/>.</param>
    public void Take(VmEvent happened, long at)
    {
        switch (happened)
        {
            case VmEvent.TrayOpened when MediumOverdue || clock.Timeline.TrayOpened is not null: // we opened it, or it is told already
            case VmEvent.GuestRebooted when _rebooted is { } told && time.GetElapsedTime(told, at) < OneReboot:
                return;
            case VmEvent.TrayOpened(var foundOpen):
                clock.TrayOpened(at, foundOpen);
                break;
            case VmEvent.GuestRebooted:
                _rebooted = at;
                break;
            case VmEvent.GuestSaid(var report):
                Hear(report);
                break;
            case VmEvent.GuestUnheard(var lines):
                Note(_heard with { Guest = (_heard.Guest ?? new GuestActivity()) with { UnheardLines = _unheardBefore + lines } });
                break;
            case VmEvent.Stopped when !foundOver:
                clock.ShutDown();
                break;
        }

        if (Describe(happened) is { } worthTelling)
        {
            observer.Observe(worthTelling);
        }
    }

    /// <summary>Returns when everything is written down.</summary>
    public async ValueTask DisposeAsync() => await _noting;

    private void Hear(GuestReport report)
    {
        var now = journal.Journal.Now(time);
        var before = _heard;
        var known = before.Guest ?? new GuestActivity();
        var next = known.After(report, now);
        if (ReferenceEquals(next, known))
        {
            return;
        }

        var after = before.After(next, now);
        if (before.Deadline != after.Deadline)
        {
            mailbox.Set(RunTimer.Limit, after.Deadline - now, new RunSignal.TimeUp());
        }

        if (before.IdleDeadline != after.IdleDeadline)
        {
            mailbox.Set(RunTimer.Idle, after.IdleDeadline - now, new RunSignal.RetireRequested(RetireReason.NoJob));
        }

        Note(after); // whoever reads it may count on the timers
        observer.Observe(report switch
        {
            GuestReport.JobStarted(var name) => new RunEvent.JobStarted(name),
            GuestReport.JobEnded(var result) when next.Jobs[^1] is var job => new RunEvent.JobEnded(job.Name, result, now - job.Started),
            GuestReport.Status(var text) => new RunEvent.GuestStatus(text),
            _ => new RunEvent.GuestReady(),
        });
    }

    // Beside the mailbox, one after another, and of many only the last: a guest says what it likes, and a disk may be slow.
    private void Note(RunJournal next)
    {
        var before = _noting;
        _heard = next;
        _noting = Task.Run(async () =>
        {
            await before;
            if (ReferenceEquals(next, _heard))
            {
                journal.Note(known => known with { Guest = next.Guest, Deadline = next.Deadline, IdleDeadline = next.IdleDeadline });
            }
        });
    }

    private static RunEvent? Describe(VmEvent happened) => happened switch
    {
        VmEvent.GuestUnheard(1) => new RunEvent.Warning(
            "the guest says more by its port than is listened to: some of it is not heard, and whether it works is perhaps not known"),
        VmEvent.TrayOpened => new RunEvent.TrayOpened(),
        VmEvent.GuestRebooted => new RunEvent.GuestRebooted(),
        VmEvent.GuestPanicked => new RunEvent.GuestPanicked(),
        VmEvent.ControlLost(var cause) => new RunEvent.ControlLost(cause),
        VmEvent.ControlRestored => new RunEvent.ControlRestored(),
        VmEvent.PowerButtonPressed(var cause) => new RunEvent.PowerButtonPressed(cause),
        VmEvent.Suspended(var cause) => new RunEvent.Suspended(cause),
        VmEvent.Resumed => new RunEvent.Resumed(),
        _ => null,
    };
}

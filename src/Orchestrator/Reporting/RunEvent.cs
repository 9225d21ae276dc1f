using Orchestrator.Drivers;
using Orchestrator.State;

namespace Orchestrator.Reporting;

/// <summary>
/// Something worth telling about a run. One stream feeds the terminal, <c>--json</c> and the journal. A closed hierarchy; none carries a secret.
/// </summary>
internal abstract record RunEvent
{
    private RunEvent()
    {
    }

    /// <summary>The run exists.</summary>
    public sealed record Created(VmId Run, string Instance, string Driver, string Directory) : RunEvent;

    /// <summary>The run, which another process began and no longer answers for, is watched by this one from here on.</summary>
    public sealed record Adopted(VmId Run, string Instance, string Driver, string Directory) : RunEvent;

    /// <summary>The machine exists and is paused.</summary>
    public sealed record Prepared : RunEvent;

    /// <summary>The guest runs.</summary>
    /// <param name="Ssh">Where its SSH is reached; null without network.</param>
    /// <param name="TimeLimit">How long it may run.</param>
    public sealed record Started(SshEndpoint? Ssh, TimeSpan TimeLimit) : RunEvent;

    /// <summary>The guest opened the tray, for the first time: nothing depends on the others.</summary>
    public sealed record TrayOpened : RunEvent;

    /// <summary>The medium is gone for good and its file is deleted.</summary>
    /// <param name="AfterTrayOpened">From the tray event to here; null where the guest did not open it, and had had it long enough.</param>
    /// <param name="AtLeast">It was longer: the tray was found open.</param>
    public sealed record ConfigurationRemoved(TimeSpan? AfterTrayOpened, bool AtLeast = false) : RunEvent;

    /// <summary>The guest restarted itself. Told once for all the resets of one reboot.</summary>
    public sealed record GuestRebooted : RunEvent;

    /// <summary>The guest's kernel panicked.</summary>
    public sealed record GuestPanicked : RunEvent;

    /// <summary>The guest says that it waits for a job.</summary>
    public sealed record GuestReady : RunEvent;

    /// <summary>The guest says that it works.</summary>
    /// <param name="Name">On what; null where it does not say.</param>
    public sealed record JobStarted(string? Name) : RunEvent;

    /// <summary>The guest says that it has done its job.</summary>
    /// <param name="Name">Which; null where it did not say.</param>
    /// <param name="Result">How it went, in the guest's words; null where it does not say.</param>
    /// <param name="Took">How long it took; null where its start was not told.</param>
    public sealed record JobEnded(string? Name, string? Result, TimeSpan? Took) : RunEvent;

    /// <summary>The guest says something else for people.</summary>
    public sealed record GuestStatus(string Text) : RunEvent;

    /// <summary>The machine cannot be commanded for the moment.</summary>
    public sealed record ControlLost(string Cause) : RunEvent;

    /// <summary>The machine can be commanded again.</summary>
    public sealed record ControlRestored : RunEvent;

    /// <summary>Somebody else pressed the machine's power button.</summary>
    public sealed record PowerButtonPressed(string Cause) : RunEvent;

    /// <summary>Somebody else paused the machine.</summary>
    public sealed record Suspended(string Cause) : RunEvent;

    /// <summary>The machine that was paused goes on.</summary>
    public sealed record Resumed : RunEvent;

    /// <summary>The guest is asked to power down, and has <paramref name="Grace"/> to do so.</summary>
    public sealed record ShutdownRequested(StopCause Cause, TimeSpan Grace) : RunEvent;

    /// <summary>The machine, whose guest has no job, gets none any more, and ends where none comes that was given before.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Watched">For how long it is watched.</param>
    public sealed record Retiring(RetireReason Reason, TimeSpan Watched) : RunEvent;

    /// <summary>The machine that was to end without a job goes on.</summary>
    /// <param name="Why">Why.</param>
    public sealed record Spared(string Why) : RunEvent;

    /// <summary>The machine is ended without asking.</summary>
    public sealed record Killing(string Why) : RunEvent;

    /// <summary>Something went wrong that does not end the run.</summary>
    public sealed record Warning(string Message) : RunEvent;

    /// <summary>The machine is over.</summary>
    public sealed record Ended(RunResult Result) : RunEvent;

    /// <summary>The machine runs on, and this process no longer watches it.</summary>
    public sealed record Left : RunEvent;

    /// <summary>The run's files were left for a person to look at.</summary>
    public sealed record Kept(string Directory) : RunEvent;
}

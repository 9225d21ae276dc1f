using System.Globalization;
using Orchestrator.Output;
using Orchestrator.State;

namespace Orchestrator.Reporting;

/// <summary>Tells a person how a run goes.</summary>
internal sealed class TextRunReporter(Terminal terminal, string instance) : IRunReporter
{
    private RunEvent.Created? _created;

    public void Tell(RunEvent happened, DateTimeOffset at)
    {
        switch (happened)
        {
            // Said when there is a machine: most of what can fail fails before, and then the failure should be the only line.
            case RunEvent.Created created:
                _created = created;
                break;
            case RunEvent.Prepared when _created is { Run: var run, Driver: var driver }:
                Say($"run {run} ({driver})");
                break;
            case RunEvent.Adopted(var run, _, var driver, _):
                Say($"run {run} ({driver}) is watched again");
                break;
            case RunEvent.Left:
                Say("left running");
                break;
            case RunEvent.Started(var ssh, var limit):
                Say(ssh is null ? $"started, for at most {Seconds(limit)}" : $"started, for at most {Seconds(limit)}; ssh -p {ssh.Port} manage@{ssh.Host}");
                break;
            case RunEvent.ConfigurationRemoved(null, _):
                terminal.Warning($"{instance}: configuration removed, since the guest had not opened the tray by the end of config-deadline-seconds");
                break;
            case RunEvent.ConfigurationRemoved({ } took, var atLeast):
                Say($"configuration removed, {(atLeast ? "at least " : "")}{Milliseconds(took)} after the guest opened the tray");
                break;
            case RunEvent.GuestRebooted:
                Say("the guest reboots");
                break;
            case RunEvent.GuestPanicked:
                Say("the guest's kernel panicked");
                break;
            case RunEvent.GuestReady:
                Say("the guest waits for a job");
                break;
            case RunEvent.JobStarted(var name):
                Say($"{JobOf(name)} started");
                break;
            case RunEvent.JobEnded(var name, var result, var took):
                Say($"{JobOf(name)} ended{(took is { } time ? $" after {Seconds(time)}" : "")}{(result is null ? "" : $": {result}")}");
                break;
            case RunEvent.GuestStatus(var text):
                Say($"the guest says: {text}");
                break;
            case RunEvent.ControlLost(var cause):
                terminal.Warning($"{instance}: control of the machine is lost ({cause}); attaching again");
                break;
            case RunEvent.ControlRestored:
                Say("control of the machine is back");
                break;
            case RunEvent.PowerButtonPressed(var cause):
                Say(cause);
                break;
            case RunEvent.Suspended(var cause):
                terminal.Warning($"{instance}: {cause}; its time runs on");
                break;
            case RunEvent.Resumed:
                Say("the machine goes on");
                break;
            case RunEvent.ShutdownRequested(var cause, var grace):
                Say($"{Describe(cause)}: asked the guest to power down, which it may take {Seconds(grace)} for");
                break;
            case RunEvent.Retiring(var reason, var watched):
                Say($"{Describe(reason)}: it gets none any more, and ends unless one that was given before comes within {Seconds(watched)}");
                break;
            case RunEvent.Spared(var why):
                Say($"goes on: {why}");
                break;
            case RunEvent.Killing(var why):
                terminal.Warning($"{instance}: ending the machine: {why}");
                break;
            case RunEvent.Warning(var message):
                terminal.Warning($"{instance}: {message}");
                break;
            case RunEvent.Ended(var result):
                TellEnd(result);
                break;
            case RunEvent.Kept(var directory):
                Say($"kept in {directory}");
                break;
        }
    }

    private void TellEnd(RunResult result)
    {
        var phases = Phases(result.Timeline);
        var line = phases.Length == 0 ? Describe(result) : $"{Describe(result)}: {phases}";
        if (result.Outcome is RunOutcome.GuestShutdown or RunOutcome.Stopped)
        {
            Say(line);
        }
        else
        {
            terminal.Error($"{instance}: {line}");
        }
    }

    private static string Describe(RunResult result) => result.Outcome switch
    {
        RunOutcome.GuestShutdown => "the guest shut down",
        RunOutcome.Stopped when result.Timeline.Started is null => "interrupted before the guest started",
        RunOutcome.Stopped => result.ByForce ? "stopped by force" : "stopped",
        RunOutcome.TimeLimit => "the time limit ended it",
        RunOutcome.Idle => Join("ended without a job", result.Detail),
        RunOutcome.GuestPanic => "the guest's kernel panicked; its console says why (--console, or --keep and console.log)",
        RunOutcome.StorageFull => $"ended, since {result.Detail}; free some space or raise the limit, or name another state directory with --state-dir",
        RunOutcome.MediumStuck => "ended, since its configuration could not be taken from the guest",
        RunOutcome.NetworkLost => $"ended, since {result.Detail}",
        RunOutcome.HypervisorCrashed => Join("the hypervisor crashed", result.Detail),
        RunOutcome.Killed => Join("the machine was ended by somebody else", result.Detail),
        _ => Join("the machine ended, nobody saw how", result.Detail),
    };

    private static string Phases(RunTimeline timeline)
    {
        var phases = new List<string>();
        Add("prepared", timeline.Prepared);
        Add("started", timeline.Started);
        Add("configuration removed", timeline.ConfigurationRemoved, $" ({(timeline.TrayFoundOpen is true ? "at least " : "")}{Milliseconds(timeline.RemovalTook)} after the tray opened)");
        Add("shut down", timeline.ShutDown);
        return string.Join(", ", phases);

        void Add(string phase, TimeSpan? at, string remark = "")
        {
            if (at is { } time)
            {
                phases.Add($"{phase} {time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)} ms{remark}");
            }
        }
    }

    private static string Describe(StopCause cause) => cause switch
    {
        StopCause.TimeLimit => "the time limit is reached",
        StopCause.Idle => "no job came",
        _ => "asked to stop",
    };

    private static string Describe(RetireReason reason) => reason switch
    {
        RetireReason.NoJob => "it has waited for a job as long as it may",
        RetireReason.Unlisted => "it waits for a job, and what it holds is not listed any more",
        RetireReason.Outdated => "it is no longer wanted, and has no job",
        _ => "asked to stop, and has no job",
    };

    private static string JobOf(string? name) => name is null ? "a job" : $"job {name}";

    private static string Join(string what, string detail) => detail.Length == 0 ? what : $"{what}: {detail}";

    private static string Seconds(TimeSpan span) => $"{span.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s";

    private static string Milliseconds(TimeSpan span) => $"{span.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture)} ms";

    private void Say(string message) => terminal.Notice($"{instance}: {message}");
}

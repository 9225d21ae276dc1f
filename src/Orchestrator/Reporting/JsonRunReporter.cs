using System.Text.Json;
using Orchestrator.State;

namespace Orchestrator.Reporting;

/// <summary>
/// Tells a program how a run goes: NDJSON, one event a line. Every line has <c>time</c> (UTC), <c>event</c> and <c>instance</c>; times
/// that were measured are in milliseconds.
/// </summary>
internal sealed class JsonRunReporter(Stream output, string instance) : IRunReporter
{
    private string? _run;

    public void Tell(RunEvent happened, DateTimeOffset at) => JsonLine.Write(output, "the run's", happened, at, line =>
    {
        line.WriteString("instance", instance);
        WriteRun(line, happened);
        WriteDetails(line, happened);
    });

    private void WriteRun(Utf8JsonWriter line, RunEvent happened)
    {
        _run = happened switch
        {
            RunEvent.Created created => created.Run.Value,
            RunEvent.Adopted adopted => adopted.Run.Value,
            _ => _run,
        };

        if (_run is not null)
        {
            line.WriteString("run", _run);
        }
    }

    private static void WriteDetails(Utf8JsonWriter line, RunEvent happened)
    {
        switch (happened)
        {
            case RunEvent.Created created:
                line.WriteString("driver", created.Driver);
                line.WriteString("directory", created.Directory);
                break;
            case RunEvent.Adopted adopted:
                line.WriteString("driver", adopted.Driver);
                line.WriteString("directory", adopted.Directory);
                break;
            case RunEvent.Started started:
                if (started.Ssh is { } ssh)
                {
                    line.WriteString("ssh-host", ssh.Host);
                    line.WriteNumber("ssh-port", ssh.Port);
                }

                line.WriteNumber("time-limit-ms", started.TimeLimit.TotalMilliseconds);
                break;
            case RunEvent.ConfigurationRemoved removed:
                WriteNumber(line, "after-tray-opened-ms", removed.AfterTrayOpened?.TotalMilliseconds);
                if (removed.AtLeast)
                {
                    line.WriteBoolean("at-least", true);
                }

                break;
            case RunEvent.JobStarted started:
                line.WriteString("name", started.Name);
                break;
            case RunEvent.JobEnded ended:
                line.WriteString("name", ended.Name);
                line.WriteString("result", ended.Result);
                WriteNumber(line, "took-ms", ended.Took?.TotalMilliseconds);
                break;
            case RunEvent.GuestStatus status:
                line.WriteString("text", status.Text);
                break;
            case RunEvent.ControlLost lost:
                line.WriteString("cause", lost.Cause);
                break;
            case RunEvent.PowerButtonPressed pressed:
                line.WriteString("cause", pressed.Cause);
                break;
            case RunEvent.Suspended suspended:
                line.WriteString("cause", suspended.Cause);
                break;
            case RunEvent.ShutdownRequested requested:
                line.WriteString("cause", Kebab(requested.Cause));
                line.WriteNumber("grace-ms", (long)Math.Round(requested.Grace.TotalMilliseconds)); // what is left of it, to the tick
                break;
            case RunEvent.Retiring retiring:
                line.WriteString("reason", Kebab(retiring.Reason));
                line.WriteNumber("watched-ms", retiring.Watched.TotalMilliseconds);
                break;
            case RunEvent.Spared spared:
                line.WriteString("why", spared.Why);
                break;
            case RunEvent.Killing killing:
                line.WriteString("why", killing.Why);
                break;
            case RunEvent.Warning warning:
                line.WriteString("message", warning.Message);
                break;
            case RunEvent.Kept kept:
                line.WriteString("directory", kept.Directory);
                break;
            case RunEvent.Ended ended:
                WriteResult(line, ended.Result);
                break;
        }
    }

    private static void WriteResult(Utf8JsonWriter line, RunResult result)
    {
        line.WriteString("outcome", Kebab(result.Outcome));
        line.WriteString("detail", result.Detail);
        var timeline = result.Timeline;
        WriteNumber(line, "prepared-ms", timeline.Prepared?.TotalMilliseconds);
        WriteNumber(line, "started-ms", timeline.Started?.TotalMilliseconds);
        WriteNumber(line, "tray-opened-ms", timeline.TrayOpened?.TotalMilliseconds);
        WriteNumber(line, "configuration-removed-ms", timeline.ConfigurationRemoved?.TotalMilliseconds);
        WriteNumber(line, "shut-down-ms", timeline.ShutDown?.TotalMilliseconds);
    }

    private static void WriteNumber(Utf8JsonWriter line, string name, double? value)
    {
        if (value is { } number)
        {
            line.WriteNumber(name, number);
        }
    }

    private static string Kebab<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}

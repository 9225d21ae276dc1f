using System.Globalization;
using System.Text.Json;
using Orchestrator.Operations;
using Orchestrator.Recovery;
using Orchestrator.State;

namespace Orchestrator.Cli;

/// <summary>The runs there are, and the instances that have none though a service is to keep them, for a person and for a program.</summary>
internal static class RunListing
{
    private static readonly string[] Head = ["NAME", "RUN", "DRIVER", "STATE", "AGE", "LEFT", "SSH", "CONFIG"];

    /// <summary>A table.</summary>
    public static IEnumerable<string> ToText(IReadOnlyList<RunEntry> runs, IReadOnlyList<IdleInstance> idle, TimeProvider time) => PlainTable.Lay(
        Head,
        [
            .. runs.Select(run => (IReadOnlyList<string>)
            [
                run.Instance.Length == 0 ? "-" : run.Instance,
                run.Id.Value,
                run.Driver ?? "-",
                StateOf(run, time),
                run.Journal is { } journal ? HumanTime.Of(journal.Now(time) - journal.Created) : "-",
                run.Journal is { NextDeadline: { } deadline } known ? HumanTime.Of(deadline - known.Now(time)) : "-",
                run.Journal?.Ssh?.Port.ToString(CultureInfo.InvariantCulture) ?? "-",
                RunStatus.ConfigurationOf(run),
            ]),
            .. idle.Select(instance => (IReadOnlyList<string>)
            [
                instance.Name,
                "-",
                instance.Driver,
                instance.Reason is null ? instance.State : $"{instance.State}: {instance.Reason}",
                "-",
                instance.Until is { } until ? HumanTime.Of(until - time.GetUtcNow()) : "-",
                "-",
                "-",
            ]),
        ]);

    /// <summary>A JSON array, an object a run or an instance without one; what nobody knows is null.</summary>
    public static string ToJson(IReadOnlyList<RunEntry> runs, IReadOnlyList<IdleInstance> idle, TimeProvider time)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach (var run in runs)
            {
                json.WriteStartObject();
                json.WriteString("name", run.Instance.Length == 0 ? null : run.Instance);
                json.WriteString("run", run.Id.Value);
                json.WriteString("driver", run.Driver);
                json.WriteString("state", RunStatus.Of(run, time));
                WriteGuest(json, run.Journal?.Guest);
                json.WriteString("created", run.Journal?.Created.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
                json.WriteString("started", run.Journal?.Started?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
                json.WriteString("deadline", run.Journal?.Deadline?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
                json.WriteString("idle-deadline", run.Journal?.IdleDeadline?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
                json.WriteString("ssh-host", run.Journal?.Ssh?.Host);
                WriteNumber(json, "ssh-port", run.Journal?.Ssh?.Port);
                json.WriteString("configuration", RunStatus.ConfigurationOf(run) is "-" ? null : RunStatus.ConfigurationOf(run));
                WriteNumber(json, "owner-pid", run.Held ? run.Journal?.Owner.Pid : null);
                json.WriteString("directory", run.Directory);
                json.WriteEndObject();
            }

            foreach (var instance in idle)
            {
                json.WriteStartObject();
                json.WriteString("name", instance.Name);
                json.WriteNull("run");
                json.WriteString("driver", instance.Driver);
                json.WriteString("state", instance.State);
                json.WriteString("reason", instance.Reason);
                json.WriteString("until", instance.Until?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    // Of a guest that says whether it works, that, on what, and since when.
    private static string StateOf(RunEntry run, TimeProvider time)
    {
        const int longest = 30;
        var state = RunStatus.Of(run, time);
        if (state != RunStatus.Running || run.Journal is not { Guest: { Busy: { } busy, Since: { } since } guest } journal)
        {
            return state;
        }

        var job = guest.Job is { Length: > longest } name ? $"{name[..longest]}…" : guest.Job;
        return $"{(busy ? "busy" : "idle")}{(job is null ? "" : $" ({job})")} {HumanTime.Of(journal.Now(time) - since)}";
    }

    private static void WriteGuest(Utf8JsonWriter json, GuestActivity? guest)
    {
        if (guest is null)
        {
            json.WriteNull("guest");
            return;
        }

        json.WriteStartObject("guest");
        json.WriteString("state", guest.Busy switch { true => "busy", false => "idle", null => null });
        json.WriteString("job", guest.Job);
        json.WriteString("since", guest.Since?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        json.WriteString("status", guest.Status);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, int? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}

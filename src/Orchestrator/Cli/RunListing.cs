using System.Globalization;
using System.Text.Json;
using Orchestrator.Configuration;
using Orchestrator.Leases;
using Orchestrator.Operations;
using Orchestrator.Recovery;
using Orchestrator.State;

namespace Orchestrator.Cli;

/// <summary>
/// The runs there are, the instances that have none though a service is to keep them, and what runs that are over still hold elsewhere; for a person and for a
/// program.
/// </summary>
internal static class RunListing
{
    private static readonly string[] Head = ["NAME", "RUN", "DRIVER", "STATE", "AGE", "LEFT", "SSH", "CONFIG"];

    /// <summary>A table, and a line for each lease that is owed.</summary>
    /// <param name="inventory">What there is.</param>
    /// <param name="idle">The instances without a run.</param>
    /// <param name="served">A service lives, which tries again to give back what is owed.</param>
    /// <param name="time">The clock.</param>
    public static IEnumerable<string> ToText(Inventory inventory, IReadOnlyList<IdleInstance> idle, bool served, TimeProvider time) => PlainTable.Lay(
        Head,
        [
            .. inventory.Runs.Select(run => (IReadOnlyList<string>)
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
        ])
        .Concat(inventory.Owed.SelectMany(owed => Describe(owed, served, time.GetUtcNow())));

    /// <summary>A JSON array, an object a run, an instance without one, or a lease that is owed; what nobody knows is null.</summary>
    /// <inheritdoc cref="ToText"/>
    public static string ToJson(Inventory inventory, IReadOnlyList<IdleInstance> idle, bool served, TimeProvider time) => JsonText.Write(json =>
    {
        json.WriteStartArray();
        foreach (var run in inventory.Runs)
        {
            json.WriteStartObject();
            json.WriteString("name", run.Instance.Length == 0 ? null : run.Instance);
            json.WriteString("run", run.Id.Value);
            json.WriteString("driver", run.Driver);
            json.WriteString("state", RunStatus.Of(run, time));
            WriteGuest(json, run.Journal?.Guest);
            json.WriteString("created", Text(run.Journal?.Created));
            json.WriteString("started", Text(run.Journal?.Started));
            json.WriteString("deadline", Text(run.Journal?.Deadline));
            json.WriteString("idle-deadline", Text(run.Journal?.IdleDeadline));
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
            json.WriteString("until", Text(instance.Until));
            json.WriteEndObject();
        }

        foreach (var owed in inventory.Owed)
        {
            WriteOwed(json, owed, served);
        }

        json.WriteEndArray();
    });

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
        json.WriteString("since", Text(guest.Since));
        json.WriteString("status", guest.Status);
        json.WriteEndObject();
    }

    private static IEnumerable<string> Describe(OwedLeases owed, bool served, DateTimeOffset now)
    {
        if (owed.Unreadable is { } why)
        {
            return [$"owed: what run {owed.Run} holds elsewhere: {why}"];
        }

        return (owed.Leases?.Leases ?? []).Select(noted =>
        {
            var next = served && noted.Failure?.Again is { } again ? $"tried again in {HumanTime.Of(again - now)}" : "'orchestrator gc' tries again";
            return noted.Failure is not { } failure
                ? $"owed: {noted.Lease}: its run is over, and nobody has given it back yet: 'orchestrator gc' does"
                : $"owed: {noted.Lease}, for {HumanTime.Of(now - failure.Since)}: {failure.Why} (tried {HumanTime.Of(now - failure.Tried)} ago; {next})";
        });
    }

    private static void WriteOwed(Utf8JsonWriter json, OwedLeases owed, bool served)
    {
        NotedLease?[] leases = owed.Unreadable is null ? [.. owed.Leases?.Leases ?? []] : [null];
        foreach (var noted in leases)
        {
            json.WriteStartObject();
            json.WriteNull("name");
            json.WriteString("run", owed.Run.Value);
            json.WriteString("driver", owed.Leases?.Driver);
            json.WriteString("state", "owed");
            json.WriteString("kind", noted?.Lease.Kind);
            json.WriteString("scope", noted?.Lease.Scope);
            json.WriteString("lease", noted?.Lease.Name);
            json.WriteString("reason", owed.Unreadable ?? noted?.Failure?.Why);
            json.WriteString("since", Text(noted?.Failure?.Since));
            json.WriteString("tried", Text(noted?.Failure?.Tried));
            json.WriteString("until", Text(served ? noted?.Failure?.Again : null));
            json.WriteEndObject();
        }
    }

    private static string? Text(DateTimeOffset? time) => time?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

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

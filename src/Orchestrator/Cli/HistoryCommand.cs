using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Operations;
using Orchestrator.State;

namespace Orchestrator.Cli;

/// <summary><c>orchestrator history</c>: past runs, how each ended and how long its phases took.</summary>
/// <param name="names">Completes instances' names.</param>
internal sealed class HistoryCommand(InstanceNames names) : ICliCommand
{
    private static readonly string[] Head = ["NAME", "RUN", "ENDED", "TOOK", "PREPARED", "STARTED", "REMOVED", "JOBS", "OUTCOME"];

    private readonly Option<bool> _json = new("--json") { Description = "Print a JSON array" };

    private readonly Argument<string?> _name = new("NAME")
    {
        Description = "Only runs of this instance",
        HelpName = "NAME",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Command Describe()
    {
        _name.CompletionSources.Add(names.Complete);
        return new Command("history", "List past runs: how each ended, and its phases in milliseconds since the command") { _name, _json };
    }

    public Task<int> ExecuteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var (command, terminal, _) = invocation;
        using var session = Session.Open(invocation);
        var name = command.GetValue(_name);
        var (past, damaged) = session.ExistingState is { } state ? session.HistoryOf(state).Read() : new PastRuns([], []);
        foreach (var unreadable in damaged)
        {
            terminal.Warning($"{unreadable}: it is damaged, or a newer version of this program wrote it; that run is not listed");
        }

        var wanted = past.Where(run => name is null || run.Instance == name || run.Run == name).ToList();
        if (name is not null && wanted.Count == 0)
        {
            RequireKnown(name, session, past);
        }

        terminal.Result(command.GetValue(_json) ? ToJson(wanted) : string.Join('\n', PlainTable.Lay(Head, [.. wanted.Select(Row)])));
        return Task.FromResult(ExitCode.Success);
    }

    // An instance that never ran has a history, which is empty; one that nobody ever heard of is a slip of the keyboard.
    private static void RequireKnown(string name, Session session, IReadOnlyList<RunSummary> past)
    {
        var instances = InstancesOf(session);
        var runs = session.ExistingState is { } state ? session.InventoryOf(state).Scan().Runs : [];
        if (!instances.Contains(name) && !runs.Any(run => run.Instance == name || run.Id.Value == name))
        {
            throw RunTargets.Unknown(name, runs, past, instances);
        }
    }

    // The runs of a state directory may be looked at without a file that describes their instances.
    private static IReadOnlyList<string> InstancesOf(Session session)
    {
        try
        {
            return SharedOptions.NamedFile(session.Command) is null ? [] : [.. session.LoadInstances().Instances.Select(instance => instance.Name)];
        }
        catch (ConfigurationException)
        {
            return [];
        }
    }

    private static IReadOnlyList<string> Row(RunSummary run) =>
    [
        run.Instance.Length == 0 ? "-" : run.Instance,
        run.Run,
        run.Ended.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        run.Started is { } started ? HumanTime.Of(run.Ended - started) : "-",
        Milliseconds(run.Timeline.Prepared),
        Milliseconds(run.Timeline.Started),
        Milliseconds(run.Timeline.ConfigurationRemoved),
        Jobs(run.Jobs ?? []),
        Outcome(run),
    ];

    // The last one, and how many were before it.
    private static string Jobs(IReadOnlyList<GuestJob> jobs) => jobs is [.., { } last]
        ? $"{last.Name ?? "a job"}: {last.Result ?? (last.Ended is null ? "unfinished" : "ended")}{(jobs.Count == 1 ? "" : $" (+{jobs.Count - 1})")}"
        : "-";

    private static string Outcome(RunSummary run)
    {
        var words = JsonNamingPolicy.KebabCaseLower.ConvertName(run.Outcome.ToString()).Replace('-', ' ');
        return run.Succeeded || run.Detail.Length == 0 ? words : $"{words}: {run.Detail}";
    }

    private static string Milliseconds(TimeSpan? span) =>
        span is { } known ? known.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) : "-";

    private static string ToJson(IReadOnlyList<RunSummary> past) => JsonText.Write(json =>
    {
        json.WriteStartArray();
        foreach (var run in past)
        {
            JsonSerializer.Serialize(json, run, RunSummaryJson.Default.RunSummary);
        }

        json.WriteEndArray();
    });
}

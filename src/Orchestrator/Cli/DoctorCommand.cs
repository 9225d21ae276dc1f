using System.CommandLine;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Examination;
using Orchestrator.Output;
using Spectre.Console;

namespace Orchestrator.Cli;

/// <summary><c>orchestrator doctor</c>: says whether this host can run the instances, and what to do where it cannot.</summary>
internal sealed class DoctorCommand : ICliCommand
{
    private readonly Option<bool> _json = new("--json") { Description = "Print the checks as a JSON array" };

    public Command Describe() => new("doctor", "Examine whether this host can run machines, and the instances of --file") { _json };

    public async Task<int> ExecuteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var (command, terminal, _) = invocation;
        using var session = Session.Open(invocation);
        var checks = await new HostExamination(session.Settings, session.Drivers, session.GitHub, session.Time)
            .ExamineAsync(SharedOptions.NamedFile(command), cancellationToken);
        checks = [.. checks.Select(check => check with { Finding = SecretMask.Hide(check.Finding) })]; // a table goes past the terminal
        try
        {
            Show(checks, command.GetValue(_json), terminal);
        }
        catch (ReaderGoneException)
        {
            // The verdict is the same, whoever hears of it.
        }

        return checks.Any(check => check.Outcome == HostCheckOutcome.Failed) ? ExitCode.Host : ExitCode.Success;
    }

    private static void Show(IReadOnlyList<HostCheck> checks, bool json, Terminal terminal)
    {
        if (json)
        {
            terminal.Result(ToJson(checks));
        }
        else if (Console.IsOutputRedirected)
        {
            terminal.Result(string.Join('\n', checks.Select(Line)));
        }
        else
        {
            ShowTable(checks);
        }
    }

    private static string Line(HostCheck check) =>
        $"{Word(check.Outcome)}: {check.Subject}: {check.Finding}{(check.Remedy is null ? "" : $" -> {check.Remedy}")}";

    private static void ShowTable(IReadOnlyList<HostCheck> checks)
    {
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "", "");
        foreach (var check in checks)
        {
            var (mark, colour) = check.Outcome switch
            {
                HostCheckOutcome.Passed => ("ok", Color.Green),
                HostCheckOutcome.Warning => ("warning", Color.Yellow),
                _ => ("failed", Color.Red),
            };
            table.AddRow(new Text(mark, new Style(colour)), new Text(check.Subject), new Text(check.Finding));
            if (check.Remedy is not null)
            {
                table.AddRow(new Text(""), new Text(""), new Text(check.Remedy, new Style(decoration: Decoration.Italic)));
            }
        }

        AnsiConsole.Write(table);
    }

    private static string ToJson(IReadOnlyList<HostCheck> checks) => JsonText.Write(json =>
    {
        json.WriteStartArray();
        foreach (var check in checks)
        {
            json.WriteStartObject();
            json.WriteString("subject", check.Subject);
            json.WriteString("outcome", Word(check.Outcome));
            json.WriteString("finding", check.Finding);
            json.WriteString("remedy", check.Remedy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static string Word(HostCheckOutcome outcome) => outcome switch
    {
        HostCheckOutcome.Passed => "ok",
        HostCheckOutcome.Warning => "warning",
        _ => "failed",
    };
}

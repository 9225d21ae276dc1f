using System.CommandLine;
using Orchestrator.Operations;
using Orchestrator.Reporting;

namespace Orchestrator.Cli;

/// <summary><c>orchestrator stop NAME</c>: ends a run, whoever answers for it.</summary>
/// <param name="names">Completes instances' names.</param>
internal sealed class StopCommand(InstanceNames names) : ICliCommand
{
    private readonly Argument<string> _name = RunArgument.Create("The run to end: an instance's name or a run id", names);

    private readonly Option<bool> _now = new("--now") { Description = "End it at once, as pulling the plug would; otherwise one that has a job goes on, and any other is asked to power down" };

    public Command Describe() => new("stop", "End a run, of this or of another process, and wait until it is over") { _name, _now };

    public async Task<int> ExecuteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var (command, terminal, _) = invocation;
        using var session = Session.Open(invocation);
        var (state, run) = await session.FindRunAsync(command.GetRequiredValue(_name), cancellationToken);
        var name = run.Instance.Length == 0 ? run.Id.Value : run.Instance;
        await using var reports = new RunReports(new TextRunReporter(terminal, name), terminal.Warning, session.Time);
        await new RunStopper(state, session.HistoryOf(state), session.LeasesOf(state), session.Drivers, session.Time)
            .StopAsync(run, command.GetValue(_now), reports, cancellationToken);
        terminal.Notice($"{name}: run {run.Id} is over");
        return ExitCode.Success;
    }
}

using System.CommandLine;
using Orchestrator.Drivers;
using Orchestrator.Operations;
using Orchestrator.Output;
using Orchestrator.Recovery;

namespace Orchestrator.Cli;

/// <summary><c>orchestrator logs NAME</c>: what a run's guest said, or its hypervisor, or the run itself.</summary>
/// <param name="names">Completes instances' names.</param>
internal sealed class LogsCommand(InstanceNames names) : ICliCommand
{
    private readonly Argument<string> _name = RunArgument.Create("The run: an instance's name or a run id; also of a past run that failed", names);

    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Go on as it grows, until the run is over" };

    private readonly Option<bool> _hypervisor = new("--hypervisor") { Description = "What the hypervisor said, instead of the guest" };

    private readonly Option<bool> _events = new("--events") { Description = "The run's events, one JSON object a line, instead of the guest" };

    private readonly Option<bool> _orchestrator = new("--orchestrator") { Description = "What the process of a detached run said, instead of the guest" };

    public Command Describe()
    {
        var command = new Command("logs", "Print what a run's guest wrote to its console") { _name, _follow, _hypervisor, _events, _orchestrator };
        command.Validators.Add(result =>
        {
            if (new[] { _hypervisor, _events, _orchestrator }.Count(result.GetValue) > 1)
            {
                result.AddError("--hypervisor, --events and --orchestrator: choose one of them");
            }
        });
        return command;
    }

    public async Task<int> ExecuteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var command = invocation.Command;
        using var session = Session.Open(invocation);
        var name = command.GetRequiredValue(_name);
        var inventory = await session.TakeInventoryAsync(cancellationToken);
        var file = command.GetValue(_events) ? RunFiles.Events
            : command.GetValue(_orchestrator) ? RunFiles.OrchestratorLog
            : command.GetValue(_hypervisor) ? RunFiles.HypervisorLog
            : RunFiles.ConsoleLog;
        var shown = Console.IsOutputRedirected ? (Stream)StandardStream.Output : new SafeTerminalStream(StandardStream.Output);
        if (RunTargets.TryFind(name, inventory.Runs) is { } run)
        {
            var liveness = new RunLiveness(session.InventoryOf(session.ExistingState!));
            var log = new GrowingLog(Path.Combine(run.Directory, file), token => liveness.HasStoppedAsync(run, token));
            var elsewhere = WhereHypervisorKeeps(file, session.Drivers, run.Driver, run.Instance);
            if (!log.Exists && elsewhere is not null && !command.GetValue(_follow)
                && session.Drivers.TryReadHypervisorLog(run.Driver, run.Directory) is { } said)
            {
                await ShowAsync(() => shown.WriteAsync(said, cancellationToken).AsTask());
                return ExitCode.Success;
            }

            if (!log.Exists && (!command.GetValue(_follow) || elsewhere is not null))
            {
                throw Missing(run, elsewhere, file);
            }

            await ShowAsync(() => log.CopyAsync(shown, command.GetValue(_follow), cancellationToken));
            return ExitCode.Success;
        }

        var past = session.ExistingState is { } state ? session.HistoryOf(state) : null;
        var summaries = past?.Read().Summaries ?? [];
        var summary = RunTargets.FindPast(name, summaries) ?? throw RunTargets.Unknown(name, inventory.Runs, summaries);
        var kept = VmId.TryParse(summary.Run, out var id) ? new GrowingLog(Path.Combine(past!.PathOf(id), file)) : null;
        if (kept is not { Exists: true })
        {
            throw new ConfigurationException(summary.Succeeded
                ? $"{name}: run {summary.Run} ended well, so its logs were not kept; --keep keeps them"
                : $"{name}: of run {summary.Run} no such log was kept"
                    + (WhereHypervisorKeeps(file, session.Drivers, summary.Driver, summary.Instance) is { } place ? $"; {place}" : ""));
        }

        await ShowAsync(() => kept.CopyAsync(shown, follow: false, cancellationToken));
        return ExitCode.Success;
    }

    private static async Task ShowAsync(Func<Task> show)
    {
        try
        {
            await show();
        }
        catch (IOException error)
        {
            throw new HostException(HostProblem.Other, $"the log cannot be shown: {error.Message}", error);
        }
    }

    private static HostException Missing(RunEntry run, string? elsewhere, string file) => new(
        HostProblem.Other, elsewhere is null ? $"run {run.Id} has no {file} yet" : $"run {run.Id}: {elsewhere}");

    // It comes to a run's directory when the machine is over, and only where it may be read.
    private static string? WhereHypervisorKeeps(string file, DriverCatalog drivers, string? driver, string instance) =>
        file == RunFiles.HypervisorLog && drivers.HypervisorLogOf(driver, instance) is { } place
            ? $"{driver} keeps its hypervisor's log: {place}"
            : null;
}

using System.CommandLine;
using Orchestrator.Composition;
using Orchestrator.Drivers;
using Orchestrator.Output;
using Orchestrator.Service.Instances;
using Orchestrator.Service.Reporting;
using Orchestrator.Service.Running;
using Orchestrator.State;

namespace Orchestrator.Cli;

/// <summary><c>orchestrator up</c>: keeps instances running, one ephemeral run after another, until it is asked to end.</summary>
/// <param name="names">Completes instances' names.</param>
internal sealed class UpCommand(InstanceNames names) : ICliCommand
{
    private readonly Argument<string[]> _names = new("NAME")
    {
        Description = "The instances to keep running; none: every one",
        HelpName = "NAME",
        Arity = ArgumentArity.ZeroOrMore,
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> _drain = new("--drain")
    {
        Description = "What becomes of the machines at the end: power-down, finish (their jobs first) or leave (for the next 'up')",
        HelpName = "MODE",
    };

    private readonly Option<string?> _listen = new("--listen")
    {
        Description = "Tell metrics and health by HTTP there, for example 127.0.0.1:9464 or unix:/run/orchestrator/monitoring.sock",
        HelpName = "ADDRESS",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print events as they happen, one JSON object a line" };

    public Command Describe()
    {
        _names.CompletionSources.Add(names.Complete);
        _drain.CompletionSources.Add("power-down", "finish", "leave");
        return new Command("up", "Keep instances running, one ephemeral run after another, until stopped; a service")
        {
            _names, _drain, _listen, _json,
        };
    }

    public async Task<int> ExecuteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var (command, terminal, _) = invocation;
        var settings = Session.LoadSettings(
            invocation, needsInstances: true, ("up.drain", command.GetValue(_drain)), ("up.listen", command.GetValue(_listen)));
        var reader = new DesiredInstancesReader(
            command.GetValue(SharedOptions.File)!, command.GetRequiredValue(_names), settings, TimeProvider.System);
        DesiredInstances initial;
        try
        {
            initial = reader.Read(mayMiss: false);
        }
        catch (OrchestratorException error)
        {
            using var looking = Session.Compose(invocation, settings);
            if (!await LeftAnythingToAdoptAsync(looking, cancellationToken))
            {
                throw;
            }

            initial = DesiredInstances.OfBrokenFile(error.Message);
        }

        var state = StateDirectory.Open(settings.StateDirectory);
        using var only = UpLock.Take(state);
        await using var reports = new ServiceReports(
            command.GetValue(_json) ? new JsonServiceReporter(StandardStream.Output) : new TextServiceReporter(terminal),
            why => terminal.Warning($"{why}; the service goes on without"),
            TimeProvider.System);
        using var session = Session.Compose(
            invocation, settings, builder => ServiceComposition.Add(builder, settings, state, only, reader, initial, reports));
        await session.ServeAsync(cancellationToken);
        return ExitCode.Success;
    }

    // Somebody has to answer for the machines of an earlier service, however broken the file is. Those whose time is up are ended, as by every run.
    private static async Task<bool> LeftAnythingToAdoptAsync(Session session, CancellationToken cancellationToken)
    {
        try
        {
            var inventory = await session.TakeInventoryAsync(cancellationToken);
            if (inventory.Runs.Any(run => RunAdopter.IsAdoptable(run, session.Time)))
            {
                return true;
            }

            if (session.ExistingState is { } state)
            {
                await session.SweepOf(state, new SweepReporter(session.Terminal, dryRun: false, onlyDeeds: true))
                    .ExecuteAsync(inventory, dryRun: false, cancellationToken);
            }
        }
        catch (HostException)
        {
            // A state directory that cannot be used is one thing more to mend, and the file is the first.
        }

        return false;
    }
}

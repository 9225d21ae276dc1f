using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Orchestrator.Cli.Detaching;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Images;
using Orchestrator.Output;
using Orchestrator.Recovery;
using Orchestrator.Reporting;
using Orchestrator.Runs;
using Orchestrator.Signals;
using Orchestrator.State;

namespace Orchestrator.Cli;

/// <summary><c>orchestrator run NAME</c>: one ephemeral run in the foreground, or, with <c>--detach</c>, in a process of its own.</summary>
/// <param name="commandStarted">When the program began, a timestamp of <see cref="Linux.HostTime"/>.</param>
/// <param name="names">Completes instances' names.</param>
internal sealed class RunCommand(long commandStarted, InstanceNames names) : ICliCommand
{
    private readonly Argument<string> _name = new("NAME")
    {
        Description = "The instance to run an ephemeral copy of",
        HelpName = "NAME", // else the help lists what completion would
    };

    private readonly Option<int?> _sshPort = new("--ssh-port")
    {
        Description = "The port on 127.0.0.1 that leads to the guest's SSH; 0 for any free one",
        HelpName = "PORT",
        CustomParser = argument => ParseNumber(argument, "--ssh-port", 0, ushort.MaxValue),
    };

    private readonly Option<int?> _timeout = new("--timeout")
    {
        Description = "How long the guest may run",
        HelpName = "SECONDS",
        CustomParser = argument => ParseNumber(argument, "--timeout", 1, InstanceKeys.LongestTimeoutSeconds),
    };

    private readonly Option<bool> _console = new("--console")
    {
        Description = "Show the guest's console on standard output (on standard error with --json)",
    };

    private readonly Option<bool> _keep = new("--keep") { Description = "Leave the run's disk and logs behind (never its secrets)" };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Change the instance's config for this run; the value is JSON or text; repeatable",
        HelpName = "KEY=VALUE",
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => [],
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print events as they happen, one JSON object a line" };

    private readonly Option<bool> _detach = new("--detach")
    {
        Description = "Return when the guest is ready, and print the run's id and where its SSH is as a line of JSON; the run goes on in a process of its own",
    };

    private readonly Option<string?> _wait = new("--wait")
    {
        Description = "What a detached run is ready by: its SSH answers (the default), its guest says that it is ready, or it runs",
        HelpName = $"{DetachedRun.Ssh}|{DetachedRun.Ready}|{DetachedRun.Started}",
    };

    public Command Describe()
    {
        _name.CompletionSources.Add(names.Complete);
        _wait.AcceptOnlyFromAmong(DetachedRun.Ssh, DetachedRun.Ready, DetachedRun.Started);
        var command = new Command("run", "Run an ephemeral copy of an instance; its first Ctrl+C shuts the guest down, the second ends it at once")
        {
            _name, _sshPort, _timeout, _console, _keep, _set, _json, _detach, _wait,
        };
        command.Validators.Add(result =>
        {
            var detach = result.GetValue(_detach);
            if (detach && result.GetValue(_console))
            {
                result.AddError("--console: nobody reads it once the run is detached; read it with 'orchestrator logs NAME -f'");
            }
            else if (detach && result.GetValue(_json))
            {
                result.AddError("--json: a detached run prints one line of JSON; read its events with 'orchestrator logs NAME --events'");
            }
            else if (!detach && result.GetResult(_wait) is not null)
            {
                result.AddError("--wait: only a detached run is waited for; say --detach, too");
            }
        });
        return command;
    }

    public async Task<int> ExecuteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var (command, terminal, _) = invocation;
        using var caller = Caller.Of(command);
        if (command.GetValue(_detach) && caller is null)
        {
            return await DetachedStart.ExecuteAsync(command.GetRequiredValue(_name), terminal);
        }

        var json = command.GetValue(_json);
        using var stop = new StopRequests();
        var signals = new StopSignals(stop, TimeProvider.System, signal =>
        {
            var name = command.GetRequiredValue(_name);
            terminal.Notice($"{name}: interrupted before the guest started");
            if (json)
            {
                new JsonRunReporter(StandardStream.Output, name).Tell(EndOf(new OperationCanceledException()), TimeProvider.System.GetUtcNow());
            }

            Environment.Exit(ExitCode.Interrupted(signal));
        });
        using var listening = new EndSignals(signals.Take, StopSignals.OfOthers);
        caller?.Watch(() =>
        {
            signals.Take(EndSignals.HangUp);
            terminal.Warning($"{command.GetValue(_name)}: whoever began the run is gone and was not told of it, so it ends");
        });
        using var session = Session.Open(invocation, needsInstances: true);
        var instance = ConfigOverrides.Apply(session.LoadInstances().Find(command.GetRequiredValue(_name)), command.GetRequiredValue(_set));
        var until = command.GetValue(_wait) ?? DetachedRun.Ssh;
        if (caller is not null && until == DetachedRun.Ssh && instance.Machine.Network == NetworkMode.None)
        {
            throw new ConfigurationException(
                $"{instance.Name}: a guest whose network is \"none\" has no SSH that would answer; say --wait {DetachedRun.Ready} or --wait {DetachedRun.Started}");
        }

        var plan = session.Preprocessor.Parse(instance);
        foreach (var warning in plan.Warnings)
        {
            terminal.Warning(warning);
        }

        plan.RequireNoObstacles();
        session.Settings.RequireSupport(instance);
        var driver = session.Drivers.Get(instance.Driver);
        var state = StateDirectory.Open(session.Settings.StateDirectory);
        instance = new CatalogueImages(session.ImageCache).Resolve(instance);
        await using var reports = new RunReports(
            json ? new JsonRunReporter(StandardStream.Output, instance.Name) : new TextRunReporter(terminal, instance.Name),
            why => terminal.Warning($"{instance.Name}: {why}; the run goes on without"),
            session.Time);
        var request = RunRequest.Of(instance, session.Settings, plan) with
        {
            SshPort = command.GetValue(_sshPort) is { } port ? port == 0 ? null : port : instance.SshPort,
            TimeLimit = command.GetValue(_timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : instance.Timeout,
            ConsoleOutput = command.GetValue(_console) ? ConsoleOutput(json) : null,
            Keep = command.GetValue(_keep),
        };
        await using var swept = new BackgroundSweep(abandon => SweepAsync(session, state, abandon), reports);
        using var detached = caller is null ? null : new DetachedRun(caller, until, terminal, swept, session.Time);
        var observer = detached ?? (IRunObserver)swept;
        try
        {
            var result = await new RunLifecycle(driver, state, session.HistoryOf(state), session.LeasesOf(state), session.Time)
                .ExecuteAsync(request, observer, stop, commandStarted);
            if (detached is { Told: false } && result.Outcome == RunOutcome.GuestShutdown)
            {
                throw new HypervisorException($"{instance.Name}: the guest shut down before {detached.Awaited}");
            }

            return ExitCode.Of(result.Outcome, signals.First);
        }
        catch (Exception error) when (json)
        {
            // Whoever reads events waits for the last one. In words, it is told by whoever catches it.
            observer.Observe(EndOf(error));
            throw;
        }
    }

    private static RunEvent.Ended EndOf(Exception error) => new(RunResult.Of(error, new RunTimeline()));

    private static async Task SweepAsync(Session session, StateDirectory state, CancellationToken cancellationToken)
    {
        var reporter = new SweepReporter(session.Terminal, dryRun: false, onlyDeeds: true);
        try
        {
            var inventory = session.InventoryOf(state);
            if (inventory.Scan() is { Leftovers.Count: 0, Leases.Count: 0 } seen && seen.Runs.All(run => run.Held))
            {
                return;
            }

            await session.SweepOf(state, reporter)
                .ExecuteAsync(await inventory.TakeAsync(cancellationToken), dryRun: false, cancellationToken);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // Other runs' leavings are no concern of this one.
            session.Terminal.Warning($"what other runs left could not be looked through: {error.Message}");
        }
    }

    private static Stream ConsoleOutput(bool json)
    {
        var (stream, redirected) = json
            ? (StandardStream.Error, Console.IsErrorRedirected)
            : (StandardStream.Output, Console.IsOutputRedirected);
        return redirected ? stream : new SafeTerminalStream(stream);
    }

    // The library's own words for a number that is none name a .NET type.
    private static int? ParseNumber(ArgumentResult argument, string option, int least, int most)
    {
        var text = argument.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
        {
            return number;
        }

        argument.AddError(string.Create(CultureInfo.InvariantCulture, $"{option} {text}: must be a whole number from {least} to {most}"));
        return null;
    }
}

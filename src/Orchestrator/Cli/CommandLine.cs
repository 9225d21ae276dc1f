using System.CommandLine;
using System.CommandLine.Parsing;
using Orchestrator.Cli.Detaching;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Output;

namespace Orchestrator.Cli;

/// <summary>The commands, and the one place where failures become lines and exit codes.</summary>
internal sealed class CommandLine
{
    private readonly Terminal _terminal = new();
    private readonly IReadOnlyList<DriverRegistration> _drivers;
    private readonly RootCommand _root;

    /// <summary>Describes the commands.</summary>
    /// <param name="commandStarted">When the program began, a timestamp of <see cref="Linux.HostTime"/>.</param>
    /// <param name="drivers">The drivers there are; the first is the default.</param>
    public CommandLine(long commandStarted, IReadOnlyList<DriverRegistration> drivers)
    {
        _drivers = drivers;
        _root = new RootCommand("Ephemeral virtual machines for CI: a clean machine for one job, of which nothing remains.");
        foreach (var option in SharedOptions.For(drivers))
        {
            _root.Options.Add(option);
        }

        _root.Directives.Add(Caller.Directive);
        var names = new InstanceNames(drivers);
        _root.Subcommands.Add(Describe(new RunCommand(commandStarted, names)));
        _root.Subcommands.Add(Describe(new ListCommand()));
        _root.Subcommands.Add(Describe(new StopCommand(names)));
        _root.Subcommands.Add(Describe(new SshCommand(names)));
        _root.Subcommands.Add(Describe(new ConsoleCommand(names)));
        _root.Subcommands.Add(Describe(new LogsCommand(names)));
        _root.Subcommands.Add(Describe(new HistoryCommand(names)));
        _root.Subcommands.Add(Describe(new GcCommand()));
        _root.Subcommands.Add(Describe(new UpCommand(names)));
        _root.Subcommands.Add(DescribeImages(new ImageNames(drivers)));
        _root.Subcommands.Add(Describe(new ValidateCommand()));
        _root.Subcommands.Add(Describe(new DoctorCommand()));
        _root.Subcommands.Add(Describe(new SchemaCommand()));
        _root.Subcommands.Add(Describe(new FunctionsCommand()));
        _root.Subcommands.Add(Describe(new TemplateCommand(drivers)));
        _root.Subcommands.Add(Describe(new CompletionCommand()));
    }

    /// <summary>Does what was typed.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> InvokeAsync(string[] arguments)
    {
        var parsed = _root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            return ReportUsage(parsed);
        }

        // The run handles its signals itself; the library's own handling would end it after two seconds.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
    }

    private Command DescribeImages(ImageNames names) => new("image", "Fetch base images, list them and remove them")
    {
        Describe(new ImageFetchCommand()),
        Describe(new ImageListCommand()),
        Describe(new ImageInfoCommand(names)),
        Describe(new ImageRemoveCommand(names)),
    };

    private Command Describe(ICliCommand described)
    {
        var command = described.Describe();
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                return await described.ExecuteAsync(new Invocation(parsed, _terminal, _drivers), cancellationToken);
            }
            catch (ReaderGoneException)
            {
                // It got what it wanted: 'logs -f NAME | grep -m1 ready' succeeds, under 'set -o pipefail' too.
                return ExitCode.Success;
            }
            catch (OrchestratorException error)
            {
                _terminal.Error(error.Message);
                ShowTrace(parsed, error);
                return ExitCode.Of(error);
            }
            catch (OutOfMemoryException error)
            {
                // That is how a thread that cannot be started is told, too.
                _terminal.Error(
                    "the host gives this program no more memory or threads; free some, or raise its limits (ulimit -v and -u, or a unit's MemoryMax and TasksMax)");
                ShowTrace(parsed, error);
                return ExitCode.Host;
            }
            catch (Exception defect)
            {
                // Whatever arrives here was expected by nobody: it is a defect, and the user should not have to read a trace to learn that.
                _terminal.Error($"a defect of this program: {defect.Message} (--verbose shows where; please report it)");
                ShowTrace(parsed, defect);
                return ExitCode.Defect;
            }
        });
        return command;
    }

    private int ReportUsage(ParseResult parsed)
    {
        if (parsed.CommandResult.Command == _root && parsed.UnmatchedTokens is [var unknown, ..])
        {
            var near = NearName.Find(unknown, _root.Subcommands.Select(command => command.Name));
            _terminal.Error($"there is no command {JsonText.Quote(unknown)}{(near is null ? "" : $"; did you mean {near}?")}");
        }
        else
        {
            foreach (var error in parsed.Errors)
            {
                // The library lists what it would accept on a line each.
                var words = error.Message.Split(['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries);
                _terminal.Error(string.Join(' ', words).TrimEnd('.'));
            }
        }

        var names = new List<string>();
        for (CommandResult? command = parsed.CommandResult; command is { Parent: not null }; command = command.Parent as CommandResult)
        {
            names.Insert(0, command.Command.Name);
        }

        _terminal.Notice($"see: orchestrator {string.Concat(names.Select(name => name + ' '))}--help");
        return ExitCode.Usage;
    }

    private void ShowTrace(ParseResult parsed, Exception error)
    {
        if (parsed.GetValue(SharedOptions.Verbose))
        {
            _terminal.Notice(error.ToString());
        }
    }
}

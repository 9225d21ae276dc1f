using System.CommandLine;

namespace Orchestrator.Cli;

/// <summary>
/// <c>orchestrator completion SHELL</c>: prints what makes a shell complete this program's command line. Each script asks the program
/// itself, by System.CommandLine's <c>[suggest:POSITION]</c> directive, so that instances' names are completed too.
/// </summary>
internal sealed class CompletionCommand : ICliCommand
{
    private const string Bash = """
        _orchestrator() {
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _orchestrator orchestrator
        """;

    private const string Zsh = """
        #compdef orchestrator
        _orchestrator() {
          local -a candidates
          candidates=("${(@f)$("${words[1]}" "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
          compadd -a candidates || _files
        }
        compdef _orchestrator orchestrator
        """;

    private const string Fish = """
        function __orchestrator_complete
          set -l line (commandline -cp)
          orchestrator "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c orchestrator -a '(__orchestrator_complete)'
        """;

    private readonly Argument<string> _shell = new("SHELL") { Description = "bash, zsh or fish", HelpName = "SHELL" };

    public Command Describe()
    {
        _shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        return new Command("completion", "Print a shell's completion script: source <(orchestrator completion bash)") { _shell };
    }

    public Task<int> ExecuteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var (command, terminal, _) = invocation;
        terminal.Result(command.GetRequiredValue(_shell) switch { "zsh" => Zsh, "fish" => Fish, _ => Bash });
        return Task.FromResult(ExitCode.Success);
    }
}

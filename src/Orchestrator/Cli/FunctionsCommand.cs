using System.CommandLine;
using Orchestrator.Configuration;
using Orchestrator.GitHub;
using Orchestrator.Preprocessing;

namespace Orchestrator.Cli;

/// <summary><c>orchestrator functions</c>: lists what a config may call.</summary>
internal sealed class FunctionsCommand : ICliCommand
{
    public Command Describe() => new("functions", "List the functions that a config may call as ${{ function:argument }}");

    public Task<int> ExecuteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        using var github = new GitHubApi(new GitHubSettings(), TimeProvider.System); // nobody asks it
        foreach (var function in Preprocessor.ForHost(new HostSettings(invocation.Drivers), github).Functions)
        {
            invocation.Terminal.Result($"{function.Usage}\n    {function.Summary}");
        }

        return Task.FromResult(ExitCode.Success);
    }
}

using System.CommandLine;
using Orchestrator.Configuration;
using Orchestrator.Output;

namespace Orchestrator.Cli;

/// <summary><c>orchestrator schema</c>: prints the JSON Schema of <c>instances.json</c>.</summary>
internal sealed class SchemaCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Describe() => new("schema", "Print the JSON Schema of instances.json, for editors");

    /// <inheritdoc/>
    public Task<int> ExecuteAsync(ParseResult command, Terminal terminal, CancellationToken cancellationToken)
    {
        terminal.Result(InstancesSchema.Text.TrimEnd('\n'));
        return Task.FromResult(ExitCode.Success);
    }
}

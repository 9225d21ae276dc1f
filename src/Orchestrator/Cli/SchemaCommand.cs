using System.CommandLine;
using Orchestrator.Configuration;

namespace Orchestrator.Cli;

/// <summary><c>orchestrator schema</c>: prints the JSON Schema of <c>instances.json</c>.</summary>
internal sealed class SchemaCommand : ICliCommand
{
    public Command Describe() => new("schema", "Print the JSON Schema of instances.json, for editors");

    public Task<int> ExecuteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        invocation.Terminal.Result(InstancesSchema.Write(invocation.Drivers).TrimEnd('\n'));
        return Task.FromResult(ExitCode.Success);
    }
}

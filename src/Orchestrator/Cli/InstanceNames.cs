using System.CommandLine.Completions;
using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.Cli;

/// <summary>Completes instances' names at the shell.</summary>
/// <param name="drivers">The drivers there are.</param>
internal sealed class InstanceNames(IReadOnlyList<DriverRegistration> drivers)
{
    /// <summary>The names in the instances file; none where it cannot be read, since a shell that completes is no place for errors.</summary>
    public IEnumerable<CompletionItem> Complete(CompletionContext context)
    {
        try
        {
            // The help asks too, about a command line that holds nothing, not even defaults.
            var file = context.ParseResult.GetValue(SharedOptions.File) ?? SharedOptions.DefaultFile;
            return [.. InstancesFile.Load(file, new HostSettings(drivers)).Instances.Select(instance => new CompletionItem(instance.Name))];
        }
        catch (OrchestratorException)
        {
            return [];
        }
    }
}

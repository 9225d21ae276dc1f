using System.CommandLine;

namespace Orchestrator.Cli;

/// <summary>The argument that names a run.</summary>
internal static class RunArgument
{
    /// <summary>Describes it.</summary>
    public static Argument<string> Create(string description, InstanceNames names)
    {
        var argument = new Argument<string>("NAME") { Description = description, HelpName = "NAME" };
        argument.CompletionSources.Add(names.Complete);
        return argument;
    }
}

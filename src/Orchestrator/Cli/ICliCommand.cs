using System.CommandLine;

namespace Orchestrator.Cli;

/// <summary>One command of the program.</summary>
internal interface ICliCommand
{
    /// <summary>Its name, arguments and options.</summary>
    Command Describe();

    /// <summary>Does it.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="Drivers.OrchestratorException">It failed; the message is for the user.</exception>
    Task<int> ExecuteAsync(Invocation invocation, CancellationToken cancellationToken);
}

using System.CommandLine;
using Orchestrator.Drivers;
using Orchestrator.Output;

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

/// <summary>What a command is given to work with.</summary>
/// <param name="Command">The command as it was typed.</param>
/// <param name="Terminal">Where to speak.</param>
/// <param name="Drivers">The drivers there are.</param>
internal sealed record Invocation(ParseResult Command, Terminal Terminal, IReadOnlyList<DriverRegistration> Drivers);

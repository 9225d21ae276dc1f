using System.CommandLine;
using Orchestrator.Drivers;
using Orchestrator.Output;

namespace Orchestrator.Cli;

/// <summary>What a command is given to work with.</summary>
/// <param name="Command">The command as it was typed.</param>
/// <param name="Terminal">Where to speak.</param>
/// <param name="Drivers">The drivers there are.</param>
internal sealed record Invocation(ParseResult Command, Terminal Terminal, IReadOnlyList<DriverRegistration> Drivers);

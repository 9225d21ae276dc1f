using Orchestrator.Cli;
using Orchestrator.Composition;
using Orchestrator.Linux;

// First of all, since the user's waiting begins here and a run's phases are counted from it.
var commandStarted = HostTime.Instance.GetTimestamp();
Libc.OccupyStandardDescriptors();
return await new CommandLine(commandStarted, CompositionRoot.Drivers).InvokeAsync(args);

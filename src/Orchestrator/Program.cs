using Orchestrator.Cli;
using Orchestrator.Composition;
using Orchestrator.Examination;
using Orchestrator.Linux;
using Orchestrator.Output;

// First of all, since the user's waiting begins here and a run's phases are counted from it.
var commandStarted = HostTime.Instance.GetTimestamp();
Libc.OccupyStandardDescriptors();
Libc.KeepStatusOfChildren();
Libc.CloseMemory();
Libc.UseOneHeap();
if (HostMemory.FindFault(Libc.AddressSpaceLimit) is { } fault)
{
    new Terminal().Error(fault);
    return ExitCode.Host;
}

return await new CommandLine(commandStarted, CompositionRoot.Drivers).InvokeAsync(args);

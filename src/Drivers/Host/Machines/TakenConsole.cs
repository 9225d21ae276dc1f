namespace Orchestrator.Drivers.Host.Machines;

/// <summary>A console that has its one reader already.</summary>
internal static class TakenConsole
{
    /// <summary>The line for whoever wants it too.</summary>
    /// <param name="id">The machine.</param>
    /// <param name="cause">What was caught.</param>
    public static HostException Of(VmId id, Exception cause) => new(
        HostProblem.Other,
        $"the console of machine {id} has one reader at a time, and somebody has it; close that one, or see: orchestrator logs -f {id}",
        cause);
}

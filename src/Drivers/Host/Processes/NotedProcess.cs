using System.Text.Json.Serialization;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Host.Processes;

/// <summary>A machine's process as its driver saw it once, for whoever looks for it later.</summary>
/// <param name="Pid">See <see cref="ProcessIdentity.Pid"/>.</param>
/// <param name="StartTicks">See <see cref="ProcessIdentity.StartTicks"/>.</param>
/// <param name="BootId">See <see cref="ProcessIdentity.BootId"/>.</param>
/// <param name="Program">Absolute path of its program; null where that was not seen.</param>
/// <param name="User">The number of its user; null where that was not seen.</param>
internal sealed record NotedProcess(int Pid, long StartTicks, string BootId, string? Program, uint? User)
{
    /// <summary>Which process it was.</summary>
    [JsonIgnore]
    public ProcessIdentity Identity => new(Pid, StartTicks, BootId);

    /// <summary>A process that runs.</summary>
    public static NotedProcess Of(ProcessIdentity process) =>
        new(process.Pid, process.StartTicks, process.BootId, ProcessTable.ProgramOf(process.Pid), ProcessTable.UserOf(process.Pid));
}

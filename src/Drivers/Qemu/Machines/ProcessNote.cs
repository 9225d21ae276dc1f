using System.Text.Json.Serialization;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Qemu.Machines;

/// <summary>
/// What a later process needs to know of a machine: the content of <c>qemu.json</c>. Written before anything else in a run
/// directory, so that whatever a killed orchestrator leaves is known to be this driver's.
/// </summary>
internal sealed record ProcessNote
{
    /// <summary>QEMU's pid; 0 before it was started.</summary>
    public required int Pid { get; init; }

    /// <summary>See <see cref="ProcessIdentity.StartTicks"/>.</summary>
    public required long StartTicks { get; init; }

    /// <summary>See <see cref="ProcessIdentity.BootId"/>.</summary>
    public required string BootId { get; init; }

    /// <summary>See <see cref="NotedProcess.Program"/>; null until QEMU took a command, and in a note of an older version.</summary>
    public string? Program { get; init; }

    /// <summary>See <see cref="NotedProcess.User"/>; null where <see cref="Program"/> is.</summary>
    public uint? User { get; init; }

    /// <summary>See <see cref="VmId.Uuid"/>.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>See <see cref="VmSpec.Owner"/>.</summary>
    public required string Owner { get; init; }

    /// <summary>See <see cref="MachineDescription.Name"/>.</summary>
    public required string Instance { get; init; }

    /// <summary>The port of this host's loopback address that leads to the guest's SSH; null where it has no network.</summary>
    public int? SshPort { get; init; }

    /// <summary>The guest's code runs, as far as whoever commanded the machine last could see.</summary>
    public bool Running { get; init; }

    /// <summary>The power button was pressed: a shutdown that follows is an answer to that.</summary>
    public bool PowerDownRequested { get; init; }

    /// <summary>The process, or null before it was started.</summary>
    [JsonIgnore]
    public ProcessIdentity? Process => Pid == 0 ? null : new ProcessIdentity(Pid, StartTicks, BootId);

    /// <summary>The same note with a QEMU that runs.</summary>
    public ProcessNote With(ProcessIdentity process) => this with
    {
        Pid = process.Pid,
        StartTicks = process.StartTicks,
        BootId = process.BootId,
        Program = ProcessTable.ProgramOf(process.Pid),
        User = ProcessTable.UserOf(process.Pid),
    };
}

/// <summary>How a note is written, without reflection.</summary>
[JsonSerializable(typeof(ProcessNote))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower)]
internal sealed partial class ProcessNoteContext : JsonSerializerContext;

using System.Text.Json.Serialization;
using Orchestrator.Drivers.Host.Processes;

namespace Orchestrator.Drivers.Libvirt.Machines;

/// <summary>
/// What a later process needs to know of a machine beyond what libvirt knows: the content of <c>libvirt.json</c>. It outlives the domain,
/// which is transient.
/// </summary>
internal sealed record DomainNote
{
    /// <summary>See <see cref="VmId.Uuid"/>.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>See <see cref="VmSpec.Owner"/>.</summary>
    public required string Owner { get; init; }

    /// <summary>See <see cref="MachineDescription.Name"/>; the domain's name.</summary>
    public required string Instance { get; init; }

    /// <summary>The port of this host's loopback address that leads to the guest's SSH; null where it has no network.</summary>
    public int? SshPort { get; init; }

    /// <summary>Its QEMU, seen once libvirt had started it; null before, where it may not be looked at, and in a note of an older version.</summary>
    public NotedProcess? Process { get; init; }

    /// <summary>Where QEMU's own words begin in libvirt's log of them; null where that is not known.</summary>
    public LogPosition? Log { get; init; }

    /// <summary>The guest has run its first instruction, or is about to.</summary>
    public bool Started { get; init; }

    /// <summary>The power button was pressed: a shutdown that follows is an answer to that.</summary>
    public bool PowerDownRequested { get; init; }

    /// <summary>The guest is paused while its medium is being removed; whoever sees to that lets it go on.</summary>
    public bool PausedToEject { get; init; }

    /// <summary>How it ended; null while it runs, and where nobody saw.</summary>
    public VmExit? Exit { get; init; }
}

/// <summary>How a note is written, without reflection.</summary>
[JsonSerializable(typeof(DomainNote))]
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
internal sealed partial class DomainNoteContext : JsonSerializerContext;

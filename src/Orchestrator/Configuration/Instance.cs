using System.Text.Json;
using Orchestrator.Drivers;

namespace Orchestrator.Configuration;

/// <summary>One entry of <c>instances.json</c>: the description of a machine, never a running thing.</summary>
public sealed record Instance
{
    /// <summary>The machine, its network resolved by the host's settings where the file does not say.</summary>
    public required MachineDescription Machine { get; init; }

    /// <summary>
    /// The image of the catalogue that is its base image; null where the file has the path of one. Until somebody has looked for it among what was fetched, the machine
    /// has only the name of it.
    /// </summary>
    internal CatalogueImage? CatalogueImage { get; init; }

    /// <summary>The name, by which commands refer to it.</summary>
    public string Name => Machine.Name;

    /// <summary>How long a run may take, counted from the guest's start.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>That time counts from the start of its first job, as soon as the guest says that it waits for one.</summary>
    public bool TimeoutFromJob { get; init; }

    /// <summary>How long the guest may wait for a job, by its own word; null: as long as its time lasts.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>How long its configuration may be in its drive; null: for ever.</summary>
    public TimeSpan? ConfigTimeout { get; init; }

    /// <summary>TCP port on 127.0.0.1 that leads to the guest's SSH; null: one that is free is to be chosen.</summary>
    public int? SshPort { get; init; }

    /// <summary>The driver's name: the command line's before the instance's own before the host's.</summary>
    public required string Driver { get; init; }

    /// <summary>
    /// What the guest is to be told: any JSON object, its numbers as they were written, its functions not evaluated yet.
    /// </summary>
    public required JsonElement Config { get; init; }

    /// <summary>
    /// What the guest's cloud-init is to be told, an object with its files, their functions not evaluated yet; null where it is told nothing.
    /// </summary>
    public JsonElement? CloudInit { get; init; }

    /// <summary>The runner that the guest is to be; null: none, or what its config says.</summary>
    internal JitRunner? Runner { get; init; }

    /// <summary>The directories that guests of any instance of the same file may read; absolute.</summary>
    internal IReadOnlyList<string> SharedDirectories { get; init; } = [];

    /// <summary>Where the instance was written.</summary>
    public required SourceLocation Location { get; init; }

    /// <summary>Where its config was written.</summary>
    public required SourceLocation ConfigLocation { get; init; }

    /// <summary>Where what its cloud-init is to be told was written.</summary>
    public required SourceLocation CloudInitLocation { get; init; }

    /// <summary>Where its runner was written.</summary>
    public required SourceLocation RunnerLocation { get; init; }
}

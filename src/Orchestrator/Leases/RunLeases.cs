using System.Text.Json.Serialization;

namespace Orchestrator.Leases;

/// <summary>What a run holds outside its machine, or may hold: the content of <c>leases/RUN.json</c>. Has no secret in it.</summary>
internal sealed record RunLeases
{
    /// <summary>The format this program writes, and the only one it reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Of this format.</summary>
    public required int Version { get; init; }

    /// <summary>The driver that has the run's machine, to be asked whether it still does where the run directory is gone.</summary>
    public required string Driver { get; init; }

    /// <summary>The leases.</summary>
    public required IReadOnlyList<NotedLease> Leases { get; init; }
}

/// <summary>A lease as it is written down.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Acquired">Whether it is known to have been held; before, what asks for it may still be under way.</param>
internal sealed record NotedLease(Lease Lease, bool Acquired);

/// <summary>Reflection-free JSON for the leases.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    WriteIndented = true)]
[JsonSerializable(typeof(RunLeases))]
internal sealed partial class RunLeasesJson : JsonSerializerContext;

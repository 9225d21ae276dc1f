using System.Text.Json.Serialization;
using Orchestrator.Drivers;

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
/// <param name="Failure">How it could not be given back; null where nobody has tried.</param>
internal sealed record NotedLease(Lease Lease, bool Acquired, LeaseFailure? Failure = null);

/// <summary>That a lease could not be given back, for people: nobody decides anything by it.</summary>
/// <param name="Since">When that was tried first.</param>
/// <param name="Tried">When it was tried last.</param>
/// <param name="Why">Why it failed then, on one line.</param>
/// <param name="Again">When a service is to try again, if it lives until then; null where none has said so.</param>
internal sealed record LeaseFailure(DateTimeOffset Since, DateTimeOffset Tried, string Why, DateTimeOffset? Again = null);

/// <summary>What a run that is over still holds.</summary>
/// <param name="Run">The run.</param>
/// <param name="Leases">What its file says; null where nothing says that it holds anything, or nobody can tell.</param>
/// <param name="Unreadable">Why nobody can tell; null where somebody can.</param>
internal sealed record OwedLeases(VmId Run, RunLeases? Leases, string? Unreadable)
{
    /// <summary>How many, as far as is known.</summary>
    public int Count => Leases?.Leases.Count ?? (Unreadable is null ? 0 : 1);
}

/// <summary>Reflection-free JSON for the leases.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    WriteIndented = true)]
[JsonSerializable(typeof(RunLeases))]
internal sealed partial class RunLeasesJson : JsonSerializerContext;

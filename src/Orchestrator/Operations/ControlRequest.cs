using System.Text.Json.Serialization;

namespace Orchestrator.Operations;

/// <summary>What a command asks of a service on its control socket: one JSON object on one line.</summary>
/// <param name="Command">What to do: <see cref="Stop"/> or <see cref="Status"/>.</param>
/// <param name="Run">The run id it is about; null for the service itself.</param>
/// <param name="Now">For <see cref="Stop"/>: without asking the guest.</param>
internal sealed record ControlRequest(string Command, string? Run = null, bool Now = false)
{
    /// <summary>End a run. The answer comes when the run is over.</summary>
    public const string Stop = "stop";

    /// <summary>Name the instances that have no run at the moment.</summary>
    public const string Status = "status";
}

/// <summary>What a service answers: one JSON object on one line, after which it closes the connection.</summary>
/// <param name="Error">Why it was not done, one line for a person; null when it was.</param>
/// <param name="Instances">For <see cref="ControlRequest.Status"/>, ordered by name.</param>
internal sealed record ControlResponse(string? Error = null, IReadOnlyList<IdleInstance>? Instances = null);

/// <summary>Reflection-free JSON for the control socket.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlResponse))]
internal sealed partial class ControlJson : JsonSerializerContext;

using System.Text.Json;
using Orchestrator.Configuration;

namespace Orchestrator.Preprocessing;

/// <summary>What a guest is told, every call replaced by its value. Holds secrets.</summary>
/// <param name="Config">The instance's config, an object, with what its runner needs.</param>
/// <param name="CloudInit">What its cloud-init is told, an object; null where the instance has nothing for that.</param>
public readonly record struct GuestConfiguration(JsonElement Config, JsonElement? CloudInit)
{
    /// <summary>Nothing of what is in it: a record would print it all by itself.</summary>
    public override string ToString() => SecretMask.Mask;
}

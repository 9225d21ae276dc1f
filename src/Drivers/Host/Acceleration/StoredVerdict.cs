using System.Text.Json.Serialization;

namespace Orchestrator.Drivers.Host.Acceleration;

/// <summary>A <see cref="Verdict"/> as it is kept on disk.</summary>
/// <param name="Key">Everything it depends on.</param>
/// <param name="Time">When it was found.</param>
/// <param name="Works">It works.</param>
/// <param name="Reason">Why not.</param>
internal sealed record StoredVerdict(string Key, DateTimeOffset Time, bool Works, string Reason);

/// <summary>How verdicts are written, without reflection.</summary>
[JsonSerializable(typeof(StoredVerdict))]
internal sealed partial class StoredVerdictContext : JsonSerializerContext;

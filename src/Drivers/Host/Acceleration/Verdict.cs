using System.Text.Json.Serialization;

namespace Orchestrator.Drivers.Host.Acceleration;

/// <summary>Whether something works on this host, found out by trying.</summary>
/// <param name="Works">It does.</param>
/// <param name="Reason">If not, why; part of a sentence.</param>
internal readonly record struct Verdict(bool Works, string Reason)
{
    /// <summary>It works.</summary>
    public static Verdict Good { get; } = new(true, string.Empty);
}

/// <summary>A <see cref="Verdict"/> as it is kept on disk.</summary>
/// <param name="Key">Everything it depends on.</param>
/// <param name="Time">When it was found.</param>
/// <param name="Works">It works.</param>
/// <param name="Reason">Why not.</param>
internal sealed record StoredVerdict(string Key, DateTimeOffset Time, bool Works, string Reason);

/// <summary>How verdicts are written, without reflection.</summary>
[JsonSerializable(typeof(StoredVerdict))]
internal sealed partial class StoredVerdictContext : JsonSerializerContext;

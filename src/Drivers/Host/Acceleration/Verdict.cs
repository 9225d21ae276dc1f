namespace Orchestrator.Drivers.Host.Acceleration;

/// <summary>Whether something works on this host, found out by trying.</summary>
/// <param name="Works">It does.</param>
/// <param name="Reason">If not, why; part of a sentence.</param>
internal readonly record struct Verdict(bool Works, string Reason)
{
    /// <summary>It works.</summary>
    public static Verdict Good { get; } = new(true, string.Empty);
}

namespace Orchestrator.Leases;

/// <summary>Something that a run holds outside its machine and has to give back, a runner on GitHub for example. Has no secret in it.</summary>
/// <param name="Kind">The <see cref="ILessor.Kind"/> of whoever takes it back.</param>
/// <param name="Scope">Where it is, in that one's words.</param>
/// <param name="Name">What it is called there: derived from the run id, so that nothing else bears the name, and it is known before there is anything.</param>
public sealed record Lease(string Kind, string Scope, string Name)
{
    /// <summary>For a person.</summary>
    public override string ToString() => $"{Kind} '{Name}' of {Scope}";
}

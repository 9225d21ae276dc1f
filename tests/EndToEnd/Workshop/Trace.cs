namespace Orchestrator.EndToEnd.Workshop;

/// <summary>That a canary was somewhere.</summary>
/// <param name="Canary">Its name.</param>
/// <param name="Place">Where.</param>
/// <param name="Form">How it was written there.</param>
/// <param name="Times">How often.</param>
public sealed record Trace(string Canary, string Place, string Form, int Times)
{
    public override string ToString() => $"{Canary} in {Place}, as {Form}, {Times} times";
}

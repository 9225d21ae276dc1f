namespace Orchestrator.Drivers;

/// <summary>
/// Whose a machine is: one state directory, whatever process works on it. Two state directories on one host never touch each other's machines.
/// </summary>
/// <param name="Value">An opaque word of letters and digits.</param>
public readonly record struct OwnerId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

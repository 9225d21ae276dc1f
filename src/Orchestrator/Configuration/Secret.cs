namespace Orchestrator.Configuration;

/// <summary>Text that must not reach a log, a message, a command line or the journal. Only <see cref="Reveal"/> gives it away.</summary>
/// <param name="value">The text.</param>
public sealed class Secret(string value)
{
    /// <summary>The text itself, for the one place that needs it.</summary>
    public string Reveal() => value;

    /// <summary>Always <c>***</c>.</summary>
    public override string ToString() => "***";
}

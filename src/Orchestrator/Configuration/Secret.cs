namespace Orchestrator.Configuration;

/// <summary>
/// Text that must not reach a log, a message, a command line or the journal. Only <see cref="Reveal"/> gives it away, and as long as there is one,
/// <see cref="SecretMask"/> knows it.
/// </summary>
public sealed class Secret
{
    private readonly string _value;

    /// <param name="value">The text.</param>
    public Secret(string value)
        : this(value, hide: true)
    {
    }

    private Secret(string value, bool hide)
    {
        _value = value;
        if (hide)
        {
            SecretMask.Learn(this);
        }
    }

    /// <summary>What anybody may know, where there might as well be a secret: it is hidden nowhere.</summary>
    public static Secret OfPublic(string value) => new(value, hide: false);

    /// <summary>The text itself, for the one place that needs it.</summary>
    public string Reveal() => _value;

    /// <summary>Always <c>***</c>.</summary>
    public override string ToString() => SecretMask.Mask;
}

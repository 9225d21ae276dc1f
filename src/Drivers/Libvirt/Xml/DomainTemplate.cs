namespace Orchestrator.Drivers.Libvirt.Xml;

/// <summary>The template of the domain XML. Thread-safe.</summary>
internal sealed class DomainTemplate
{
    private readonly string _text;

    private DomainTemplate(string text) => _text = text;

    /// <summary>The template that comes with the program.</summary>
    public static string BuiltInText => "";

    /// <summary>Reads and parses a template; null: the built-in one.</summary>
    /// <exception cref="ConfigurationException">It is missing, unreadable or has a syntax error.</exception>
    public static DomainTemplate Load(string? path) => new(path ?? BuiltInText);

    /// <summary>The XML of a domain.</summary>
    /// <exception cref="ConfigurationException">The template cannot be rendered, or what it makes cannot be used.</exception>
    public string Render(DomainModel model) => throw new NotSupportedException(_text);
}

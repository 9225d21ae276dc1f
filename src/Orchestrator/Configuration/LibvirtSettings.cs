namespace Orchestrator.Configuration;

/// <summary>Settings of the libvirt driver.</summary>
public sealed record LibvirtSettings
{
    /// <summary>The libvirt connection.</summary>
    public required string Uri { get; init; }

    /// <summary>Absolute path of a domain XML template; null: the built-in one.</summary>
    public string? TemplatePath { get; init; }
}

namespace Orchestrator.Configuration;

/// <summary>Settings of the qemu driver.</summary>
public sealed record QemuSettings
{
    /// <summary>The user QEMU runs as when the orchestrator is root; null: the same user.</summary>
    public string? RunAs { get; init; }

    /// <summary>The QEMU program: an absolute path, or a name to be found in PATH; null: <c>qemu-system-&lt;arch&gt;</c>.</summary>
    public string? Binary { get; init; }
}

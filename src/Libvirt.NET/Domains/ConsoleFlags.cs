namespace Libvirt;

/// <summary>How to open a console: <c>virDomainConsoleFlags</c>.</summary>
[Flags]
public enum ConsoleFlags
{
    /// <summary>Fails if someone else has it open.</summary>
    None = 0,

    /// <summary>Throws out whoever has it open (<c>VIR_DOMAIN_CONSOLE_FORCE</c>).</summary>
    Force = 1 << 0,

    /// <summary>Only if the driver guarantees one client at a time (<c>VIR_DOMAIN_CONSOLE_SAFE</c>).</summary>
    Safe = 1 << 1,
}

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>What takes part in a run and can be killed (SIGKILL).</summary>
[Flags]
public enum Victims
{
    None = 0,
    Orchestrator = 1,
    Qemu = 2,
    Libvirtd = 4,
    Network = 8,
}

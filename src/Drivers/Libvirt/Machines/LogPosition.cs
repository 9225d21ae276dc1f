namespace Orchestrator.Drivers.Libvirt.Machines;

/// <summary>A place in a log: its end at some moment.</summary>
/// <param name="Inode">The file; 0 where there was none.</param>
/// <param name="Length">How long it was, in bytes.</param>
internal sealed record LogPosition(ulong Inode, long Length);

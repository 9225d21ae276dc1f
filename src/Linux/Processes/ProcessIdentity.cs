namespace Orchestrator.Linux.Processes;

/// <summary>What distinguishes a process from every other that ever had its pid.</summary>
/// <param name="Pid">The pid.</param>
/// <param name="StartTicks">When it started, in clock ticks since boot (proc(5), <c>/proc/PID/stat</c> field 22).</param>
/// <param name="BootId">The boot it started in (<c>/proc/sys/kernel/random/boot_id</c>).</param>
internal readonly record struct ProcessIdentity(int Pid, long StartTicks, string BootId);

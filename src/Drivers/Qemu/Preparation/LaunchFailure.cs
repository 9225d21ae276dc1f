using Orchestrator.Drivers.Host.Images;
using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Drivers.Qemu.Arguments;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Qemu.Preparation;

/// <summary>Says in one line why a QEMU that should have come up did not: a pure function of what it left behind.</summary>
internal static class LaunchFailure
{
    // Root, who looks whether a port can be had, may listen where QEMU's user may not (net.ipv4.ip_unprivileged_port_start).
    private const int FirstUnprivilegedPort = 1024;

    /// <summary>The exception for a QEMU that ended before it took a command.</summary>
    /// <param name="spec">The machine.</param>
    /// <param name="images">Paths of its backing chain, the base image first.</param>
    /// <param name="status">How the process ended, or null where that is unknown.</param>
    /// <param name="log">What it wrote to its log.</param>
    /// <param name="cause">What was caught.</param>
    public static OrchestratorException Explain(VmSpec spec, IEnumerable<string> images, WaitStatus? status, string log, Exception? cause)
    {
        var said = LogTail.LastLine(log);
        bool Mentions(string text) => log.Contains(text, StringComparison.OrdinalIgnoreCase);

        if (Mentions("Could not set up host forwarding rule"))
        {
            return spec.SshPort < FirstUnprivilegedPort ? SshPorts.Privileged(spec.SshPort.Value, cause) : SshPorts.Busy(spec.SshPort, cause);
        }

        if (Mentions("Could not access KVM kernel module") || Mentions("failed to initialize kvm"))
        {
            return new HostException(
                Mentions("Permission denied") ? HostProblem.PermissionDenied : HostProblem.Other,
                $"QEMU cannot use KVM: {LogTail.Lines(log).First()}; let its user into the group kvm, or run with --accelerator tcg", cause);
        }

        if (Mentions("cannot set up guest memory") || Mentions("Cannot allocate memory"))
        {
            return new HostException(
                HostProblem.Other,
                $"ram: the host has no {spec.Machine.MemoryBytes >> 20}M for this guest ({said}); ask for less, free some, or raise a limit (ulimit -v)",
                cause);
        }

        if (ImageLock.FindRefused(log) is { } locked && images.Where((_, index) => BlockNodes.ChainPath(index) == locked).FirstOrDefault() is { } image)
        {
            return new HostException(HostProblem.UnusableImage, $"image {image} {ImageLock.Reason}", cause);
        }

        if (Mentions("No space left on device"))
        {
            return new HostException(
                HostProblem.StorageFull, $"{spec.RunDirectory}: no space left on its file system; free some, or name another state directory with --state-dir", cause);
        }

        if (status?.Signal == 9)
        {
            return new HypervisorException(
                "QEMU was killed by signal 9 (SIGKILL) before it came up, perhaps by the kernel for lack of memory; look at its log: dmesg", cause);
        }

        var what = status is { } ended ? $"QEMU {(ended.Signal is null ? "" : "was ")}{ended} before it came up" : "QEMU ended before it came up";
        return new HypervisorException(said.Length == 0 ? $"{what} and said nothing" : $"{what}: {said}", cause);
    }
}

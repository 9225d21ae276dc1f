using Libvirt;
using Orchestrator.Drivers.Host.Images;
using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Drivers.Libvirt.Xml;

namespace Orchestrator.Drivers.Libvirt.Preparation;

/// <summary>Says in one line why libvirt did not create a domain: a pure function of what it said.</summary>
internal static class CreationFailure
{
    /// <summary>The exception for what libvirt said.</summary>
    /// <param name="spec">The machine.</param>
    /// <param name="uri">The daemon.</param>
    /// <param name="template">The template the domain XML was made from, for a person.</param>
    /// <param name="exception">What was caught.</param>
    /// <param name="namesake">Whose the name is, where that is what was caught and it is another run's.</param>
    public static OrchestratorException Explain(VmSpec spec, string uri, string template, LibvirtException exception, Namesake? namesake)
    {
        var said = exception.Message;

        // QEMU's own words come last, behind libvirt's and a time stamp.
        var last = LogTail.LastLine(said);
        bool Mentions(string text) => said.Contains(text, StringComparison.OrdinalIgnoreCase);

        if (IsNameTaken(exception))
        {
            return new HostException(HostProblem.Other, $"domain '{spec.Machine.Name}' exists at {uri} already{RemedyFor(namesake, spec)}", exception);
        }

        // In the words of whoever wrote the script, which may be any, and last.
        if (exception.Code is LibvirtErrorCode.HookScriptFailed)
        {
            return new HostException(HostProblem.Other, $"a hook of this host refuses the domain (/etc/libvirt/hooks): {said.Trim().ReplaceLineEndings("; ")}", exception);
        }

        if (Mentions("Could not set up host forwarding rule"))
        {
            return SshPorts.Busy(spec.SshPort, exception);
        }

        if (ImageLock.FindRefused(said) is { } image)
        {
            return new HostException(HostProblem.UnusableImage, $"image {image} {ImageLock.Reason}", exception);
        }

        if (Mentions("virtlogd-sock"))
        {
            return new HostException(
                HostProblem.ServiceUnavailable, $"virtlogd, which keeps consoles' logs for libvirt, does not run ({last}); start it: systemctl start virtlogd", exception);
        }

        if (Mentions("cannot set up guest memory") || Mentions("Cannot allocate memory"))
        {
            return new HostException(
                HostProblem.Other, $"ram: the host has no {spec.Machine.MemoryBytes >> 20}M for this guest ({last}); ask for less, or free some", exception);
        }

        if (Mentions("No space left on device"))
        {
            return new HostException(HostProblem.StorageFull, $"libvirt: no space left ({last}); free some on the file systems of {spec.RunDirectory} and /var/lib/libvirt", exception);
        }

        if (Mentions("Permission denied") && !Mentions("KVM kernel module"))
        {
            return new HostException(
                HostProblem.PermissionDenied,
                $"libvirt's QEMU may not use a file of the machine ({last}); see /var/log/libvirt/qemu/{spec.Machine.Name}.log, and the kernel's for AppArmor or SELinux",
                exception);
        }

        if (Mentions("virt type 'kvm'") || Mentions("KVM kernel module") || Mentions("initialize kvm") || Mentions("/dev/kvm"))
        {
            return new HostException(HostProblem.Other, $"libvirt cannot use KVM: {last}; run with --accelerator tcg", exception);
        }

        return exception.Domain is LibvirtErrorDomain.Xml || exception.Code is LibvirtErrorCode.XmlError or LibvirtErrorCode.XmlDetail or LibvirtErrorCode.ConfigurationUnsupported
            ? new ConfigurationException($"{template}: libvirt does not take the domain XML it makes: {last}", exception)
            : new HypervisorException($"libvirt did not create the domain: {last}", exception);
    }

    /// <summary>Whether the daemon has a domain of that name.</summary>
    public static bool IsNameTaken(LibvirtException exception) =>
        exception.Code is LibvirtErrorCode.DomainExists
        || exception.Message.Contains("already exists with uuid", StringComparison.OrdinalIgnoreCase)
        || exception.Message.Contains("is already active as", StringComparison.OrdinalIgnoreCase);

    // Nobody is told to destroy somebody's job.
    private static string RemedyFor(Namesake? namesake, VmSpec spec) => namesake switch
    {
        null => $"; end it (virsh destroy {spec.Machine.Name}) or undefine it, or give the instance another name",
        { Run: var run, Owner: var owner } when owner == spec.Owner =>
            $": it is run {run}'s, and a libvirtd has one domain of a name; end that run (orchestrator stop {run}), or give the instance another name",
        { Run: var run, StateDirectory: var state } =>
            $": it is run {run}'s, of another orchestrator{(state is null ? "" : $" (state directory {state})")}, and a libvirtd has one domain of a name; "
            + "give the instance another name",
    };
}

using Libvirt;
using Orchestrator.Drivers.Libvirt.Preparation;
using Orchestrator.Drivers.Libvirt.Xml;

namespace Orchestrator.Drivers.Libvirt.Tests.Machines;

public sealed class CreationFailureTests
{
    // As libvirt 9.0 says it.
    [Theory]
    [InlineData(
        LibvirtErrorCode.InternalError,
        "internal error: process exited while connecting to monitor: 2026-01-02T03:04:05.678Z qemu-system-x86_64: -netdev user,id=net: "
            + "Could not set up host forwarding rule 'tcp:127.0.0.1:2201-:22'",
        HostProblem.PortBusy,
        "ssh-port 2201 is taken")]
    [InlineData(
        LibvirtErrorCode.OperationFailed,
        "operation failed: domain 'vm-1' already exists with uuid 00000000-0000-0000-0000-000000000001",
        HostProblem.Other,
        "domain 'vm-1' exists at qemu:///system already")]
    [InlineData(
        LibvirtErrorCode.SystemError,
        "Failed to connect socket to '/var/run/libvirt/virtlogd-sock': No such file or directory",
        HostProblem.ServiceUnavailable,
        "start it: systemctl start virtlogd")]
    [InlineData(
        LibvirtErrorCode.InternalError,
        "internal error: process exited while connecting to monitor: qemu-system-x86_64: cannot set up guest memory 'pc.ram': Cannot allocate memory",
        HostProblem.Other,
        "ram: the host has no 4096M")]
    [InlineData(LibvirtErrorCode.SystemError, "cannot create file '/run/libvirt/qemu/vm-1.xml': No space left on device", HostProblem.StorageFull, "no space left")]
    [InlineData(
        LibvirtErrorCode.InternalError,
        "internal error: qemu unexpectedly closed the monitor: qemu-system-x86_64: -blockdev {}: Could not open '/images/base.qcow2': Permission denied",
        HostProblem.PermissionDenied,
        "Could not open '/images/base.qcow2': Permission denied")]
    [InlineData(
        LibvirtErrorCode.InternalError,
        "internal error: qemu unexpectedly closed the monitor: qemu-system-x86_64: Could not open '/images/kvm/base.qcow2': Permission denied",
        HostProblem.PermissionDenied,
        "may not use a file of the machine")]
    [InlineData(
        LibvirtErrorCode.InternalError,
        "internal error: process exited while connecting to monitor: qemu-system-x86_64: -blockdev {}: Failed to get \"consistent read\" lock\n"
            + "Is another process using the image [/images/a [b].qcow2]?",
        HostProblem.UnusableImage,
        "image /images/a [b].qcow2 is open for writing in another program")]
    [InlineData(
        LibvirtErrorCode.HookScriptFailed,
        "Hook script execution failed: internal error: Child process (LC_ALL=C PATH=/usr/bin HOME=/root /etc/libvirt/hooks/qemu vm-1 prepare begin -) "
            + "unexpected exit status 1: No space left on device for\nthis machine\n",
        HostProblem.Other,
        "exit status 1: No space left on device for; this machine")]
    [InlineData(LibvirtErrorCode.ConfigurationUnsupported, "unsupported configuration: Emulator '/usr/bin/qemu-system-x86_64' does not support virt type 'kvm'", HostProblem.Other, "--accelerator tcg")]
    public void What_the_host_cannot_do_is_explained_in_one_line(LibvirtErrorCode code, string said, HostProblem problem, string words)
    {
        var failure = Assert.IsType<HostException>(Explain(code, said));

        Assert.Equal(problem, failure.Problem);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Theory]
    [InlineData("another", "/other/state", "run 20260102-030405-edcba's, of another orchestrator (state directory /other/state)", "another name")]
    [InlineData("another", null, "run 20260102-030405-edcba's, of another orchestrator,", "another name")]
    [InlineData("owner", "/state", "run 20260102-030405-edcba's,", "orchestrator stop 20260102-030405-edcba")]
    public void A_name_that_another_run_has_is_no_reason_to_destroy_its_machine(string owner, string? state, string whose, string remedy)
    {
        Assert.True(VmId.TryParse("20260102-030405-edcba", out var run));

        var failure = Explain(
            LibvirtErrorCode.OperationFailed,
            "operation failed: domain 'vm-1' already exists with uuid 00000000-0000-0000-0000-000000000001",
            new Namesake(run, new OwnerId(owner), state)).Message;

        Assert.Contains(whose, failure, StringComparison.Ordinal);
        Assert.Contains(remedy, failure, StringComparison.Ordinal);
        Assert.DoesNotContain("virsh destroy", failure, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure);
    }

    [Fact]
    public void What_a_template_got_wrong_is_the_templates_fault() => Assert.Contains(
        "/etc/orchestrator/domain.xml.sbn: libvirt does not take",
        Assert.IsType<ConfigurationException>(Explain(LibvirtErrorCode.XmlError, "XML error: Unknown disk bus 'vitrio'")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void What_nobody_foresaw_is_told_as_it_is() => Assert.Contains(
        "something odd",
        Assert.IsType<HypervisorException>(Explain(LibvirtErrorCode.InternalError, "internal error: something odd")).Message,
        StringComparison.Ordinal);

    private static OrchestratorException Explain(LibvirtErrorCode code, string said, Namesake? namesake = null) => CreationFailure.Explain(
        Xml.Machines.Spec,
        "qemu:///system",
        "/etc/orchestrator/domain.xml.sbn",
        new LibvirtException(code, LibvirtErrorDomain.None, said),
        namesake);
}

using Orchestrator.Drivers.Qemu.Preparation;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Qemu.Tests.Machines;

public sealed class LaunchFailureTests
{
    private static readonly string[] Images = ["/images/base.qcow2", "/images/below.qcow2"];

    private static readonly VmSpec Spec = new()
    {
        Id = VmId.Create(TimeProvider.System),
        Owner = new OwnerId("owner"),
        RunDirectory = "/state/runs/x",
        Machine = new MachineDescription
        {
            Name = "vm-1",
            Architecture = GuestArchitecture.X64,
            Processors = 1,
            MemoryBytes = 4L << 30,
            BaseImagePath = "/images/base.qcow2",
            RootDiskBytes = 1L << 30,
            Network = NetworkMode.Open,
        },
        Accelerator = AcceleratorPreference.Auto,
        SshPort = 2201,
    };

    [Theory]
    [InlineData("qemu: -netdev user,id=net: Could not set up host forwarding rule 'tcp:127.0.0.1:2201-:22'", HostProblem.PortBusy, "ssh-port 2201 is taken")]
    [InlineData("Could not access KVM kernel module: Permission denied\nqemu: failed to initialize kvm: Permission denied", HostProblem.PermissionDenied, "group kvm")]
    [InlineData("Could not access KVM kernel module: No such file or directory", HostProblem.Other, "--accelerator tcg")]
    [InlineData("qemu: cannot set up guest memory 'pc.ram': Cannot allocate memory", HostProblem.Other, "has no 4096M")]
    [InlineData("qemu: Could not write: No space left on device", HostProblem.StorageFull, "--state-dir")]
    [InlineData(
        "qemu: -blockdev {}: Failed to get shared \"write\" lock\nIs another process using the image [/dev/fdset/11]?",
        HostProblem.UnusableImage,
        "image /images/below.qcow2 is open for writing in another program")]
    public void A_fault_of_the_host_is_named_with_its_remedy(string log, HostProblem problem, string text)
    {
        var failure = Assert.IsType<HostException>(LaunchFailure.Explain(Spec, Images, new WaitStatus(0x100), log, null));

        Assert.Equal(problem, failure.Problem);
        Assert.Contains(text, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void A_port_that_is_roots_is_not_called_taken_where_qemu_is_not_root()
    {
        const string log = "qemu: Could not set up host forwarding rule 'tcp:127.0.0.1:22-:22'";
        var failure = LaunchFailure.Explain(Spec with { SshPort = 22 }, Images, new WaitStatus(0x100), log, null);

        Assert.Contains("ssh-port 22: only root may listen on it", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x100, "qemu-system-x86_64: -foo: invalid option\n", "QEMU exited with code 1 before it came up: -foo: invalid option")]
    [InlineData(11, "", "QEMU was killed by signal 11 (SIGSEGV) before it came up and said nothing")]
    [InlineData(31, "\u001b[31mbad\a\n\n", "QEMU was killed by signal 31 (SIGSYS) before it came up: [31mbad")]
    public void Anything_else_is_quoted_with_how_the_process_ended(int status, string log, string message) =>
        Assert.Equal(message, Assert.IsType<HypervisorException>(LaunchFailure.Explain(Spec, Images, new WaitStatus(status), log, null)).Message);

    [Fact]
    public void A_qemu_killed_while_it_comes_up_was_probably_too_large() => Assert.Contains(
        "lack of memory", LaunchFailure.Explain(Spec, Images, new WaitStatus(9), string.Empty, null).Message, StringComparison.Ordinal);
}

using System.Runtime.CompilerServices;
using System.Text.Json;
using Orchestrator.Drivers.Host.Acceleration;
using Orchestrator.Drivers.Qemu.Arguments;

namespace Orchestrator.Drivers.Qemu.Tests.Arguments;

/// <summary>The command line, compared with files that a person has read. <c>UPDATE_GOLDEN=1</c> writes them anew.</summary>
public sealed class QemuArgumentsTests
{
    private static readonly VmSpec Spec = new()
    {
        Id = VmId.TryParse("20260102-030405-abcde", out var id) ? id : default,
        Owner = new OwnerId("owner"),
        RunDirectory = "/state/runs/20260102-030405-abcde",
        Machine = new MachineDescription
        {
            Name = "vm-1",
            Architecture = GuestArchitecture.X64,
            Processors = 4,
            MemoryBytes = 4L << 30,
            BaseImagePath = "/images/base.qcow2",
            RootDiskBytes = 80L << 30,
            Network = NetworkMode.Open,
        },
        Accelerator = AcceleratorPreference.Auto,
        SshPort = 2201,
    };

    private static readonly HostFacts Host = new()
    {
        Accelerator = Accelerator.Kvm,
        AsynchronousIo = "io_uring",
        Firmware = null,
        QmpListener = 20,
        ConsoleListener = 21,
        ConsoleLog = 22,
        Overlay = 23,
        ConfigMedia = 24,
        GuestPort = 25,
        BackingChain = [30],
    };

    private static readonly HostFacts Arm = Host with { Firmware = "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd" };

    [Fact]
    public void An_x86_64_machine_under_kvm() => Compare(Spec, Host);

    [Fact]
    public void An_x86_64_machine_under_tcg_with_threads() =>
        Compare(Spec, Host with { Accelerator = Accelerator.Tcg, AsynchronousIo = "threads" });

    [Fact]
    public void An_aarch64_machine_under_kvm() => Compare(Spec with { Machine = Spec.Machine with { Architecture = GuestArchitecture.Arm64 } }, Arm);

    [Fact]
    public void An_aarch64_machine_under_tcg() =>
        Compare(Spec with { Machine = Spec.Machine with { Architecture = GuestArchitecture.Arm64 } }, Arm with { Accelerator = Accelerator.Tcg });

    [Fact]
    public void A_restricted_network() => Compare(Spec with { Machine = Spec.Machine with { Network = NetworkMode.Restricted } }, Host);

    [Fact]
    public void No_network_and_a_reboot_that_ends_it() =>
        Compare(Spec with { Machine = Spec.Machine with { Network = NetworkMode.None, OnReboot = RebootAction.Shutdown }, SshPort = null }, Host);

    [Fact]
    public void A_base_image_that_is_backed_by_others() =>
        Compare(Spec, Host with { BackingChain = [30, 31, 32] });

    [Fact]
    public void Directories_of_the_host_to_read() => Compare(
        Spec with { Machine = Spec.Machine with { Mounts = [new Mount("/srv/cache", "cache"), new Mount("/srv/more", "more.9")] } }, Host with { Mounts = [40, 41] });

    [Fact]
    public void No_path_of_ours_is_on_the_command_line() => Assert.DoesNotContain(
        QemuArguments.Build(Spec, Host),
        argument => argument.Contains("/state", StringComparison.Ordinal) || argument.Contains("/images", StringComparison.Ordinal));

    [Fact]
    public void Every_block_node_is_named_and_no_format_is_guessed()
    {
        var arguments = QemuArguments.Build(Spec, Host);
        var nodes = arguments.Zip(arguments.Skip(1)).Where(pair => pair.First == "-blockdev").Select(pair => JsonDocument.Parse(pair.Second).RootElement);

        Assert.All(nodes, node =>
        {
            Assert.True(node.TryGetProperty("node-name", out _));
            Assert.Contains(node.GetProperty("driver").GetString(), (string[])["file", "qcow2"]);
            Assert.Equal(node.GetProperty("driver").GetString() == "qcow2", node.TryGetProperty("backing", out _));
        });
    }

    [Fact]
    public void The_instance_is_found_again_in_the_arguments()
    {
        string[] arguments = ["/usr/bin/qemu-system-x86_64", .. QemuArguments.Build(Spec, Host)];

        Assert.Equal("vm-1", QemuArguments.InstanceNameIn(arguments));
        Assert.Null(QemuArguments.InstanceNameIn(["sleep", "1"]));
    }

    private static void Compare(VmSpec spec, HostFacts host, [CallerMemberName] string test = "", [CallerFilePath] string source = "")
    {
        var golden = Path.Combine(Path.GetDirectoryName(source)!, "..", "Golden", test + ".txt");
        var text = string.Join('\n', QemuArguments.Build(spec, host)).Replace("\n-", "\n\n-", StringComparison.Ordinal) + '\n';
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(golden, text);
        }

        Assert.Equal(File.ReadAllText(golden), text);
    }
}

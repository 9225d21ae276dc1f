using Orchestrator.Drivers.Host.Acceleration;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Qemu.Arguments;

/// <summary>
/// QEMU's command line: a pure function of the machine and the host. It holds no path of ours and no secret, and everything on it that a user
/// chose is either a number or an instance's name, whose alphabet has nothing to escape.
/// </summary>
internal static class QemuArguments
{
    /// <summary>The id of the config drive, and what its tray events say.</summary>
    public const string ConfigDrive = "config";

    /// <summary>The option before the machine's name.</summary>
    public const string NameOption = "-name";

    /// <summary>The trace event QEMU writes to its log when a machine ends: <c>qemu_system_shutdown_request reason=6</c>.</summary>
    public const string ShutdownTrace = "qemu_system_shutdown_request";

    private const string GuestNamePrefix = "guest=";
    private const long MebiByte = 1L << 20;

    /// <summary>The arguments, the program's name not among them.</summary>
    public static IReadOnlyList<string> Build(VmSpec spec, HostFacts host) =>
    [
        NameOption, $"{GuestNamePrefix}{spec.Machine.Name}/{spec.Id}",
        MachineProcesses.UuidOption, spec.Id.Uuid.ToString(),
        "-S", "-no-user-config", "-nodefaults", "-display", "none",
        "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",

        // -trace and not -d trace: a QEMU built without this trace backend ignores the former and refuses the latter.
        "-trace", ShutdownTrace,
        .. Machine(spec, host),
        "-smp", Invariant($"cpus={spec.Machine.Processors},sockets=1,cores={spec.Machine.Processors},threads=1"),
        "-m", Invariant($"size={spec.Machine.MemoryBytes / MebiByte}M"),
        "-action", $"reboot={(spec.Machine.OnReboot == RebootAction.Restart ? "reset" : "shutdown")},panic=shutdown",
        "-boot", "strict=on",
        .. BlockNodes.FileOptions(host),
        .. Characters(host),
        .. BlockNodes.DiskOptions(host),

        // ENOSPC pauses the machine, so that the run ends with the reason; any other error is the guest's to see.
        "-device", $"virtio-blk-pci,id=root-disk,drive={BlockNodes.Root},bootindex=0,werror=enospc,rerror=report",
        .. Network(spec, host),
        "-device", "virtio-scsi-pci,id=scsi",
        "-device", $"scsi-cd,id={ConfigDrive},bus=scsi.0",
        "-device", "virtio-rng-pci",
        .. GuestPort,
        .. Mounts(spec, host),
        .. Notifiers(spec.Machine.Architecture),
    ];

    /// <summary>The instance's name in the arguments of a running QEMU, or null.</summary>
    public static string? InstanceNameIn(string[] arguments)
    {
        var name = ProcessTable.ValueOf(arguments, NameOption);
        return name is not null && name.StartsWith(GuestNamePrefix, StringComparison.Ordinal)
            ? name[GuestNamePrefix.Length..].Split('/')[0]
            : null;
    }

    /// <summary>The run whose machine a running QEMU of this driver is, by its name and its UUID; null for any other process.</summary>
    public static VmId? RunIn(string[] arguments) =>
        ProcessTable.ValueOf(arguments, NameOption) is { } name
        && name.StartsWith(GuestNamePrefix, StringComparison.Ordinal)
        && VmId.TryParse(name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..], out var id)
        && ProcessTable.ValueOf(arguments, MachineProcesses.UuidOption) == id.Uuid.ToString()
            ? id
            : null;

    private static IEnumerable<string> Machine(VmSpec spec, HostFacts host)
    {
        // mem-merge and dump-guest-core: a guest's memory holds secrets, so it is neither compared with others' (KSM) nor dumped.
        const string memory = "mem-merge=off,dump-guest-core=off";
        IEnumerable<string> machine = spec.Machine.Architecture == GuestArchitecture.X64

            // graphics=off makes the BIOS and the boot loader speak on the serial console: without it a disk that does not boot says nothing.
            // A guest that sleeps (S3, S4) hears no power button; the virt machine offers neither state.
            ? [
                "-machine", $"q35,{memory},graphics=off,vmport=off,hpet=off,sata=off,smm=off",
                "-global", "ICH9-LPC.disable_s3=1", "-global", "ICH9-LPC.disable_s4=1",
            ]
            : ["-machine", $"virt,{memory},gic-version=max,acpi=on"];
        if (host.Firmware is { } firmware)
        {
            machine = machine.Concat(["-bios", firmware]);
        }

        return machine.Concat(
        [
            "-accel", host.Accelerator == Accelerator.Kvm ? "kvm" : Invariant($"tcg,tb-size={VmSpec.TranslatedCodeBytes >> 20}"),
            "-cpu", CpuModel.For(spec.Machine.Architecture, host.Accelerator),
        ]);
    }

    private static IEnumerable<string> Characters(HostFacts host) =>
    [
        "-chardev", Invariant($"socket,id=qmp,fd={host.QmpListener},server=on,wait=off"),
        "-mon", "chardev=qmp,mode=control",
        "-chardev",
        Invariant($"socket,id=console,fd={host.ConsoleListener},server=on,wait=off,logfile={BlockNodes.ConsoleLogPath},logappend=on"),
        "-serial", "chardev:console",

        // A file to QEMU, which it never reads: nothing is said to a guest.
        "-chardev", $"file,id=guest,path={BlockNodes.GuestPortPath},append=on",
    ];

    private static IEnumerable<string> Network(VmSpec spec, HostFacts host)
    {
        if (spec.Machine.Network == NetworkMode.None)
        {
            return [];
        }

        if (host.Wire is { } wire)
        {
            return ["-netdev", Invariant($"socket,id=net,fd={wire}"), .. Card];
        }

        var restrict = spec.Machine.Network == NetworkMode.Restricted ? ",restrict=on" : string.Empty;
        var forward = spec.SshPort is { } port ? Invariant($",hostfwd=tcp:127.0.0.1:{port}-:22") : string.Empty;
        return ["-netdev", $"user,id=net{restrict}{forward}", .. Card];
    }

    // Place and address are part of the guest contract: images match on them. No ROM: the firmware would wait for this network to boot from.
    private static string[] Card => ["-device", "virtio-net-pci,netdev=net,bus=pcie.0,addr=0x1c,mac=52:54:00:12:34:56,romfile="];

    // Where the other devices stay where they were. With no more ports than this one (the first is a console's by right), or a guest would make queues for 31.
    private static string[] GuestPort =>
    [
        "-device", "virtio-serial-pci,id=guest-ports,bus=pcie.0,addr=0x1a,max_ports=2",
        "-device", $"virtserialport,bus=guest-ports.0,chardev=guest,name={GuestReport.Port}",
    ];

    // Each by the directory that is open, whatever its path is or leads to. What is mounted below it is not in it (multidevs): that may be anything.
    private static IEnumerable<string> Mounts(VmSpec spec, HostFacts host) => spec.Machine.Mounts.Zip(host.Mounts).SelectMany((mount, index) => (string[])
    [
        "-fsdev", Invariant($"local,id=mount{index},path=/proc/self/fd/{mount.Second},readonly=on,security_model=none,multidevs=forbid"),
        "-device",
        Invariant($"virtio-9p-pci,fsdev=mount{index},mount_tag={mount.First.Tag},bus=pcie.0,addr=0x{Mount.PciSlot:x}.{index}{(index == 0 ? ",multifunction=on" : "")}"),
    ]);

    // How a guest tells of its panic (kernels differ in which one they know), and learns that it is a copy.
    private static IEnumerable<string> Notifiers(GuestArchitecture architecture) => architecture == GuestArchitecture.X64
        ? ["-device", "pvpanic", "-device", "pvpanic-pci", "-device", "vmgenid,guid=auto"]
        : ["-device", "pvpanic-pci"];

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}

using System.Text.RegularExpressions;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Drivers.Qemu.Arguments;
using Orchestrator.Drivers.Qemu.Machines;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Qemu;

/// <summary>Examines the host for <c>orchestrator doctor</c>: everything the driver needs, by trying it.</summary>
/// <param name="host">The host.</param>
internal sealed partial class QemuHostProbe(QemuHost host)
{
    // -action is of 6.0; 6.2 is the oldest that a distribution still supports and 7.2 the oldest this was seen working with.
    private static readonly Version OldestQemu = new(6, 2);
    private const string Users = "machines' users";
    private const string Sockets = "socket paths";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    /// <summary>Does it.</summary>
    public async Task<DriverReport> RunAsync(CancellationToken cancellationToken)
    {
        var native = QemuHost.NativeArchitecture;
        return new DriverReport(
        [
            await CheckAsync("QEMU", () => CheckQemuAsync(native, cancellationToken)).ConfigureAwait(false),
            await CheckAsync("qemu-img", () => CheckQemuImgAsync(cancellationToken)).ConfigureAwait(false),
            await CheckAsync("KVM", () => CheckKvmAsync(cancellationToken)).ConfigureAwait(false),
            await CheckAsync("io_uring", () => CheckIoUringAsync(cancellationToken)).ConfigureAwait(false),
            await CheckAsync("aarch64 guests", () => Task.FromResult(CheckAarch64(native))).ConfigureAwait(false),
            .. Environment.IsPrivilegedProcess || host.RunAs is not null
                ? (HostCheck[])[await CheckAsync(Users, () => Task.FromResult(CheckUsers())).ConfigureAwait(false)]
                : [],
            .. await CheckAsync(Sockets, () => Task.FromResult(CheckSocketPaths())).ConfigureAwait(false)
                is { Outcome: not HostCheckOutcome.Passed } failed
                ? [failed]
                : (HostCheck[])[],
        ]);
    }

    private async Task<HostCheck> CheckQemuAsync(GuestArchitecture architecture, CancellationToken cancellationToken)
    {
        var program = host.FindQemu(architecture);
        var version = await VersionOfAsync(program, cancellationToken).ConfigureAwait(false);
        return version switch
        {
            null => new HostCheck("QEMU", HostCheckOutcome.Failed, $"{program} does not tell its version", "reinstall it"),
            _ when version < OldestQemu =>
                new HostCheck("QEMU", HostCheckOutcome.Failed, $"{program} is version {version}", $"install {OldestQemu} or newer"),
            _ => new HostCheck("QEMU", HostCheckOutcome.Passed, $"{program}, version {version}"),
        };
    }

    private async Task<HostCheck> CheckQemuImgAsync(CancellationToken cancellationToken)
    {
        var program = host.FindQemuImg();
        return await VersionOfAsync(program, cancellationToken).ConfigureAwait(false) is { } version
            ? new HostCheck("qemu-img", HostCheckOutcome.Passed, $"{program}, version {version}")
            : new HostCheck("qemu-img", HostCheckOutcome.Failed, $"{program} does not tell its version", "reinstall it");
    }

    private async Task<HostCheck> CheckKvmAsync(CancellationToken cancellationToken)
    {
        var verdict = await host.JudgeKvmAsync(anew: true, cancellationToken).ConfigureAwait(false);
        return verdict.Works
            ? new HostCheck("KVM", HostCheckOutcome.Passed, "runs guest code")
            : new HostCheck(
                "KVM", HostCheckOutcome.Warning, $"does not work: {verdict.Reason}", "guests are emulated, which works and is slow; use a host with virtualisation");
    }

    private async Task<HostCheck> CheckIoUringAsync(CancellationToken cancellationToken)
    {
        var verdict = await host.JudgeIoUringAsync(host.FindQemuImg(), cancellationToken).ConfigureAwait(false);
        return verdict.Works
            ? new HostCheck("io_uring", HostCheckOutcome.Passed, "does the guests' disk I/O")
            : new HostCheck(
                "io_uring", HostCheckOutcome.Warning, $"does not work: {verdict.Reason}", "disk I/O goes by threads, somewhat slower; see sysctl kernel.io_uring_disabled");
    }

    private HostCheck CheckAarch64(GuestArchitecture native)
    {
        const string subject = "aarch64 guests";
        var outcome = native == GuestArchitecture.Arm64 ? HostCheckOutcome.Failed : HostCheckOutcome.Warning;
        var program = native == GuestArchitecture.Arm64 ? host.FindQemu(native) : Programs.TryFind("qemu-system-aarch64");
        return (program, Firmware.TryFindUefi()) switch
        {
            (null, _) => new HostCheck(subject, outcome, "qemu-system-aarch64 is not installed", "if you need them: apt-get install qemu-system-arm qemu-efi-aarch64"),
            (_, null) => new HostCheck(subject, outcome, "their UEFI firmware is not installed", "if you need them: apt-get install qemu-efi-aarch64"),
            var (_, firmware) => new HostCheck(subject, HostCheckOutcome.Passed, $"boot with {firmware}"),
        };
    }

    private HostCheck CheckUsers()
    {
        var users = host.FindUsers();
        users?.Take().Dispose();
        return users is { AreSeparate: true }
            ? new HostCheck(Users, HostCheckOutcome.Passed, $"each QEMU runs as one of its own, of {users.Name}")
            : new HostCheck(Users, HostCheckOutcome.Warning, MachineUsers.WarningOf(host.RunAs!));
    }

    // A run's id is as long as any other's.
    private HostCheck CheckSocketPaths()
    {
        new MachineFiles(Path.Combine(host.Context.RunsDirectory, VmId.Create(host.Context.Time).Value)).RequireSocketPaths();
        return new HostCheck(Sockets, HostCheckOutcome.Passed, "have room");
    }

    private async Task<Version?> VersionOfAsync(string program, CancellationToken cancellationToken)
    {
        var (_, output) = await ShortProcess.RunAsync(program, ["--version"], [], Deadline, host.Context.Time, cancellationToken).ConfigureAwait(false);
        return VersionNumber().Match(output) is { Success: true } match && Version.TryParse(match.Groups[1].ValueSpan, out var version) ? version : null;
    }

    private static async Task<HostCheck> CheckAsync(string subject, Func<Task<HostCheck>> check)
    {
        try
        {
            return await check().ConfigureAwait(false);
        }
        catch (OrchestratorException exception)
        {
            // The message says the remedy too.
            return new HostCheck(subject, HostCheckOutcome.Failed, exception.Message);
        }
        catch (IOException exception)
        {
            return new HostCheck(subject, HostCheckOutcome.Failed, exception.Message, "reinstall it");
        }
    }

    [GeneratedRegex(@"version (\d+\.\d+(?:\.\d+)?)")]
    private static partial Regex VersionNumber();
}

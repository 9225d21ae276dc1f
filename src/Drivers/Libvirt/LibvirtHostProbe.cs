using Libvirt;
using Orchestrator.Drivers.Host.Acceleration;
using Orchestrator.Drivers.Libvirt.Access;
using Orchestrator.Drivers.Libvirt.Machines;

namespace Orchestrator.Drivers.Libvirt;

/// <summary>Examines the host for <c>orchestrator doctor</c>: everything the driver needs, by trying it.</summary>
/// <param name="host">The host.</param>
internal sealed class LibvirtHostProbe(LibvirtHost host)
{
    // <cpu mode='maximum'> is of 7.1, and 9.0 the oldest this was seen working with.
    private static readonly Version OldestDaemon = new(7, 1, 0);

    /// <summary>Does it.</summary>
    public async Task<DriverReport> RunAsync(CancellationToken cancellationToken)
    {
        var architecture = KvmTrial.HostArchitecture ?? GuestArchitecture.X64;
        var checks = new List<HostCheck>
        {
            CheckLibrary(),
            Check("qemu-img", () => new HostCheck("qemu-img", HostCheckOutcome.Passed, LibvirtHost.FindQemuImg())),
            Check("domain XML template", CheckTemplate),
        };
        var connection = await CheckAsync("libvirtd", () => CheckDaemonAsync(cancellationToken)).ConfigureAwait(false);
        checks.Add(connection);
        if (connection.Outcome != HostCheckOutcome.Failed)
        {
            checks.Add(await CheckAsync("domain type", () => CheckDomainTypeAsync(architecture, cancellationToken)).ConfigureAwait(false));
            checks.Add(await CheckAsync("tray events", () => CheckTrayEventsAsync(cancellationToken)).ConfigureAwait(false));
            checks.Add(await CheckAsync("KVM", () => CheckKvmAsync(architecture, cancellationToken)).ConfigureAwait(false));
            checks.Add(await CheckAsync("QEMU's user", () => CheckAccessAsync(cancellationToken)).ConfigureAwait(false));
            checks.Add(await CheckAsync("confinement", () => CheckConfinementAsync(cancellationToken)).ConfigureAwait(false));
        }

        return new DriverReport(checks);
    }

    private Task<HostCheck> CheckConfinementAsync(CancellationToken cancellationToken) => host.Daemon.CallAsync(
        connection => Confinement.Judge(connection.GetCapabilities(), ReadAdditions(), $"{host.Context.RunsDirectory}/*/{MachineFiles.WireName}"), cancellationToken);

    private static string? ReadAdditions()
    {
        try
        {
            return File.ReadAllText(Confinement.Additions);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static HostCheck CheckLibrary()
    {
        var availability = LibvirtLibrary.Probe();
        return availability.Problem is { } problem
            ? new HostCheck("libvirt library", HostCheckOutcome.Failed, problem, "apt-get install libvirt0")
            : new HostCheck("libvirt library", HostCheckOutcome.Passed, $"libvirt.so.0, version {availability.Version}");
    }

    private HostCheck CheckTemplate() => new(
        "domain XML template", HostCheckOutcome.Passed, host.Template.Name);

    private Task<HostCheck> CheckDaemonAsync(CancellationToken cancellationToken) => host.Daemon.CallAsync(
        connection =>
        {
            var (daemon, qemu) = (connection.GetDaemonVersion(), connection.GetHypervisorVersion());
            return daemon < OldestDaemon
                ? new HostCheck("libvirtd", HostCheckOutcome.Failed, $"{host.Daemon.Uri} is version {daemon}", $"install {OldestDaemon} or newer")
                : new HostCheck("libvirtd", HostCheckOutcome.Passed, $"{host.Daemon.Uri}, version {daemon}, with {connection.HypervisorType} {qemu}");
        },
        cancellationToken);

    private Task<HostCheck> CheckDomainTypeAsync(GuestArchitecture architecture, CancellationToken cancellationToken) => host.Daemon.CallAsync(
        connection =>
        {
            var name = AcceleratorSelector.NameOf(architecture);
            var machine = architecture == GuestArchitecture.X64 ? "q35" : "virt";
            connection.GetDomainCapabilities(architecture: name, machine: machine, virtType: "qemu");
            return new HostCheck("domain type", HostCheckOutcome.Passed, $"qemu, {name}, {machine}");
        },
        cancellationToken);

    private async Task<HostCheck> CheckTrayEventsAsync(CancellationToken cancellationToken)
    {
        // The connection is subscribed to them, or it would not be there.
        await host.Daemon.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return new HostCheck("tray events", HostCheckOutcome.Passed, "told by the daemon");
    }

    private async Task<HostCheck> CheckKvmAsync(GuestArchitecture architecture, CancellationToken cancellationToken)
    {
        const string subject = "KVM";
        var access = await host.FindAccessAsync(cancellationToken).ConfigureAwait(false);
        if (access?.FindKvmObstacle(KvmTrial.Device) is var (why, remedy))
        {
            return new HostCheck(
                subject,
                HostCheckOutcome.Warning,
                $"{why}: guests are emulated, and libvirt finds out anew what QEMU can do whenever it looks, a minute and more for each machine",
                remedy);
        }

        var verdict = await host.JudgeKvmAsync(architecture, access, anew: true, cancellationToken).ConfigureAwait(false);
        return verdict.Works
            ? new HostCheck(subject, HostCheckOutcome.Passed, "runs guest code")
            : new HostCheck(
                subject, HostCheckOutcome.Warning, $"does not work: {verdict.Reason}", "guests are emulated, which works and is slow; use a host with virtualisation");
    }

    private async Task<HostCheck> CheckAccessAsync(CancellationToken cancellationToken)
    {
        const string subject = "QEMU's user";
        if (await host.FindAccessAsync(cancellationToken).ConfigureAwait(false) is not { } access)
        {
            return new HostCheck(subject, HostCheckOutcome.Passed, "QEMU runs as this user");
        }

        var state = Path.GetDirectoryName(host.Context.RunsDirectory)!;
        return access.FindObstacle(Path.GetDirectoryName(state)!) is { } obstacle
            ? new HostCheck(
                subject,
                HostCheckOutcome.Failed,
                $"libvirt runs QEMU as {access.UserName}, who cannot pass {obstacle} to the state directory {state}",
                $"setfacl -m u:{access.UserName}:x {obstacle}, or name another state directory with --state-dir")
            : new HostCheck(subject, HostCheckOutcome.Passed, $"libvirt runs QEMU as {access.UserName}, who reaches {state}");
    }

    private static HostCheck Check(string subject, Func<HostCheck> check)
    {
        try
        {
            return check();
        }
        catch (OrchestratorException exception)
        {
            // The message says the remedy too.
            return new HostCheck(subject, HostCheckOutcome.Failed, exception.Message);
        }
    }

    private static async Task<HostCheck> CheckAsync(string subject, Func<Task<HostCheck>> check)
    {
        try
        {
            return await check().ConfigureAwait(false);
        }
        catch (OrchestratorException exception)
        {
            return new HostCheck(subject, HostCheckOutcome.Failed, exception.Message);
        }
        catch (LibvirtException exception)
        {
            return new HostCheck(subject, HostCheckOutcome.Failed, exception.Message, "see the daemon's log: journalctl -u libvirtd");
        }
    }
}

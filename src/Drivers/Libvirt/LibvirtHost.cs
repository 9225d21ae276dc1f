using System.Xml.Linq;
using Libvirt;
using Orchestrator.Drivers.Host.Acceleration;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Drivers.Libvirt.Access;
using Orchestrator.Drivers.Libvirt.Connections;
using Orchestrator.Drivers.Libvirt.Xml;
using Orchestrator.Linux;

namespace Orchestrator.Drivers.Libvirt;

/// <summary>What this host and its libvirt have and can do, as far as machines need it. Thread-safe.</summary>
/// <param name="context">The settings.</param>
/// <param name="daemon">The daemon.</param>
internal sealed class LibvirtHost(DriverContext context, Daemon daemon)
{
    private readonly VerdictCache _cache = new(context.CacheDirectory, context.Time);
    private readonly Lazy<DomainTemplate> _template = new(() => DomainTemplate.Load(context.Settings.GetValueOrDefault(DomainTemplate.Setting)));

    /// <summary>The settings.</summary>
    public DriverContext Context => context;

    /// <summary>The daemon.</summary>
    public Daemon Daemon => daemon;

    /// <summary>The domain XML template.</summary>
    /// <exception cref="ConfigurationException">It is missing or wrong.</exception>
    public DomainTemplate Template => _template.Value;

    /// <summary>The absolute path of <c>qemu-img</c>.</summary>
    /// <exception cref="HostException">It is not installed.</exception>
    public static string FindQemuImg() => Programs.Find("qemu-img", "qemu-utils");

    /// <summary>The directories that lead to a run's files and are ours: the state directory and what is in it, the outermost first.</summary>
    public IReadOnlyList<string> DirectoriesOf(string runDirectory) => Path.GetDirectoryName(runDirectory) == context.RunsDirectory
        ? [Path.GetDirectoryName(context.RunsDirectory)!, context.RunsDirectory, runDirectory]
        : [runDirectory];

    /// <summary>Lets QEMU read those images that are ours, as it is let to its machine's files. With others' images it is theirs to decide.</summary>
    /// <param name="paths">Absolute paths without symbolic links.</param>
    /// <param name="access">What lets it.</param>
    /// <exception cref="HostException">It cannot be let.</exception>
    public void OpenImages(IEnumerable<string> paths, QemuAccess access)
    {
        if (context.ImagesDirectory is not { } directory || !Directory.Exists(directory))
        {
            return;
        }

        var resolved = Libc.RealPath(directory);
        foreach (var path in paths.Where(path => Path.GetDirectoryName(path) == resolved))
        {
            access.OpenWay([Path.GetDirectoryName(directory)!, directory], "state directory " + Path.GetDirectoryName(directory), "name another state directory with --state-dir");
            access.OpenImage(path);
        }
    }

    /// <summary>What lets QEMU reach its files; null where it runs as ourselves.</summary>
    public async Task<QemuAccess?> FindAccessAsync(CancellationToken cancellationToken)
    {
        var capabilities = await daemon.CallAsync(connection => connection.GetCapabilities(), cancellationToken).ConfigureAwait(false);
        return QemuUser.Of(capabilities) is { } user && user.Id != 0 && user.Id != Libc.UserId ? new QemuAccess(user) : null;
    }

    /// <summary>Decides what runs a guest's code.</summary>
    /// <exception cref="HostException">KVM is demanded and does not work.</exception>
    public Task<AcceleratorChoice> ChooseAcceleratorAsync(
        AcceleratorPreference preference, GuestArchitecture architecture, QemuAccess? access, CancellationToken cancellationToken) =>
        AcceleratorSelector.SelectAsync(
            preference, architecture, KvmTrial.HostArchitecture, () => JudgeKvmAsync(architecture, access, anew: false, cancellationToken));

    /// <summary>
    /// Whether KVM works: QEMU's user can open it, libvirt offers it, and it is seen to run guest code with libvirt's QEMU. <paramref name="anew"/>: forget
    /// what was found before.
    /// </summary>
    public async Task<Verdict> JudgeKvmAsync(
        GuestArchitecture architecture, QemuAccess? access, bool anew, CancellationToken cancellationToken)
    {
        if (access?.FindKvmObstacle(KvmTrial.Device) is var (why, remedy))
        {
            return new Verdict(false, $"{why}; run: {remedy}");
        }

        var name = AcceleratorSelector.NameOf(architecture);
        var machine = architecture == GuestArchitecture.X64 ? "q35" : "virt";
        try
        {
            var capabilities = await daemon.CallAsync(
                connection => connection.GetDomainCapabilities(architecture: name, machine: machine, virtType: "kvm"), cancellationToken).ConfigureAwait(false);
            return XDocument.Parse(capabilities).Root?.Element("path")?.Value is { Length: > 0 } emulator
                ? await new KvmTrial(emulator, users: null, _cache, context.Time).JudgeAsync(anew, cancellationToken).ConfigureAwait(false)
                : new Verdict(false, "libvirt names no QEMU for it");
        }
        catch (LibvirtException exception)
        {
            return new Verdict(false, $"libvirt does not offer it ({exception.Message})");
        }
    }
}

using Orchestrator.Drivers;
using Key = Orchestrator.Configuration.ConfigurationKey<Orchestrator.Configuration.InstanceDraft>;

namespace Orchestrator.Configuration;

/// <summary>The one table of an instance's keys: the loader, the JSON Schema and the documents' test all go by it.</summary>
internal static class InstanceKeys
{
    /// <summary>The longest time a run may be given: 30 days.</summary>
    public const int LongestTimeoutSeconds = 30 * 24 * 60 * 60;

    /// <summary>What the time limit counts from.</summary>
    public const string TimeoutFrom = "timeout-from";

    /// <summary>How long a guest may wait for a job.</summary>
    public const string IdleTimeout = "idle-timeout-seconds";

    /// <summary>Directories that are shared with the guest.</summary>
    public const string Mounts = "mounts";

    /// <summary>The section of one of them.</summary>
    public const string MountItem = Mounts + "[]";

    private const long Mebibyte = 1L << 20;
    private const long Tebibyte = 1L << 40;

    /// <summary>All keys, in the order people write them.</summary>
    /// <param name="drivers">The drivers there are.</param>
    public static IReadOnlyList<Key> For(IReadOnlyList<DriverRegistration> drivers) =>
    [
        Key.Required(
            "name",
            new NameKind(),
            (draft, name) => draft.Name = name,
            "The instance's name, by which commands refer to it"),
        Key.Required(
            "image",
            new ImageReferenceKind(),
            (draft, reference) => draft.Image = reference,
            "Path of the base image, a qcow2 file, relative to this file's directory; or catalogue:NAME for one of the images.json beside this file. It is never written to"),
        Key.Required(
            "cpu-cores",
            new WholeNumberKind(1, 512),
            (draft, count) => draft.CpuCores = count,
            "Number of virtual CPUs"),
        Key.Required(
            "ram",
            new SizeKind(16 * Mebibyte, 16 * Tebibyte, Mebibyte),
            (draft, bytes) => draft.RamBytes = bytes,
            "Guest memory: bytes, or a number with a suffix K, M, G or T (powers of 1024), such as \"4G\"; a multiple of 1 MiB"),
        Key.Required(
            "root-disk",
            new SizeKind(Mebibyte, 1024 * Tebibyte, 512),
            (draft, bytes) => draft.RootDiskBytes = bytes,
            "Size of the root disk: bytes, or a number with a suffix, such as \"80G\"; at least the image's own virtual size"),
        Key.Required(
            "timeout-seconds",
            new WholeNumberKind(1, LongestTimeoutSeconds, " of seconds"),
            (draft, seconds) => draft.TimeoutSeconds = seconds,
            "How long a run may take, counted from the guest's start; at most 30 days"),
        Key.Optional(
            TimeoutFrom,
            new WordKind<bool>(("start", false), ("job", true)),
            (draft, job) => draft.TimeoutFromJob = job,
            "What that time counts from: start, the guest's (the default), or job, its first job's, once the guest says by its port that it waits for one; "
                + "job needs idle-timeout-seconds"),
        Key.Optional(
            IdleTimeout,
            new WholeNumberKind(1, LongestTimeoutSeconds, " of seconds"),
            (draft, seconds) => draft.IdleTimeoutSeconds = seconds,
            "How long a guest that says by its port that it waits for a job may wait for one; absent: as long as its time lasts"),
        Key.Optional(
            "config-deadline-seconds",
            new WholeNumberKind(1, LongestTimeoutSeconds, " of seconds"),
            (draft, seconds) => draft.ConfigDeadlineSeconds = seconds,
            "When a guest that has not opened its tray by itself loses its configuration, counted from its start; absent: never"),
        Key.Optional(
            "backing",
            new ListKind<string>(new TextKind("a path"), "an array of paths, such as [\"base.qcow2\"]"),
            (draft, paths) => draft.Backing = paths,
            "What the image may be backed by, and that by others: qcow2 files, relative to this file's directory; absent: nothing"),
        Key.Optional(
            "ssh-port",
            new WholeNumberKind(0, 65535),
            (draft, port) => draft.SshPort = port,
            "TCP port on 127.0.0.1 that leads to the guest's SSH server; absent or 0: a free port is chosen and printed"),
        Key.Optional(
            "config",
            new ObjectKind(),
            (draft, value) => draft.Config = value,
            "What the guest is told, any JSON object; absent: {}. Values such as \"${{ gha-install-token:OWNER/REPO }}\" are replaced"),
        Key.Optional(
            "cloud-init",
            new ObjectKind(),
            (draft, value) => draft.CloudInit = value,
            "What the guest's cloud-init is told, by its data source NoCloud: the files that it finds on the config drive, which is then labelled CIDATA. "
                + "Calls are replaced as in config, and within texts"),
        Key.Optional(
            "cloud-init." + CloudInitSeed.UserData,
            new SeedFileKind(mayBeArray: true),
            (draft, value) => draft.UserData = value,
            "What it is to do: the file's text, or an object, a #cloud-config, or an array, a #cloud-config-archive; absent: nothing"),
        Key.Optional(
            "cloud-init." + CloudInitSeed.MetaData,
            new SeedFileKind(),
            (_, _) => { },
            "Which machine this is; absent: a local-hostname, which is the instance's name, and an instance-id, the run's, which an object without one gets too"),
        Key.Optional(
            "cloud-init." + CloudInitSeed.NetworkConfig,
            new SeedFileKind(),
            (_, _) => { },
            "The guest's network; absent: what cloud-init does by itself, which is DHCP"),
        Key.Optional(
            "github",
            new ObjectKind(),
            (draft, value) => draft.GitHub = value,
            "The GitHub Actions runner that the guest is to be, registered for each run and for a single job; what it needs for that, its config gets as \"github\""),
        Key.Required(
            "github.runner",
            new RunnerScopeKind(),
            (draft, scope) => draft.RunnerScope = scope,
            "Whose runner it is: a repository's, an organization's or an enterprise's"),
        Key.Optional(
            "github.labels",
            new ListKind<string>(
                new RunnerTextKind("a label", ",;"), "an array of labels, such as [\"self-hosted\", \"linux\", \"x64\"]", JitRunner.MostLabels),
            (draft, labels) => draft.RunnerLabels = labels,
            "All of its labels; absent: self-hosted, Linux, and X64 or ARM64"),
        Key.Optional(
            "github.group",
            new RunnerTextKind("a name", ";"),
            (draft, group) => draft.RunnerGroup = group,
            "Its group of runners, of an organization or an enterprise; absent: the default one"),
        Key.Optional(
            "github.name",
            new RunnerTextKind("a name", ";"),
            (draft, name) => draft.RunnerName = name,
            "What its name begins with, before a hyphen and the run's id; absent: the instance's name"),
        Key.Optional(
            "arch",
            ArchitectureWords,
            (draft, architecture) => draft.Architecture = architecture,
            "The guest's processor architecture; absent: the host's"),
        Key.Optional(
            "driver",
            DriverWords(drivers),
            (draft, name) => draft.Driver = name,
            "The hypervisor driver; absent: the host's setting"),
        Key.Optional(
            "network",
            NetworkWords,
            (draft, network) => draft.Network = network,
            "The guest's network: internet reaches public addresses and what \"allow\" names, restricted lets only SSH in, none has no network and no SSH, "
                + "open reaches all that the host reaches, and the host itself; absent: the host's setting"),
        Key.Optional(
            "allow",
            DestinationKind.List,
            (draft, destinations) => draft.Allow = destinations,
            "What else a guest of the network internet may reach: addresses, networks or names, each with a port or without, such as \"10.1.0.0/16\" or "
                + "\"cache.example:3142\"; beside the host's setting"),
        Key.Optional(
            "on-reboot",
            new WordKind<RebootAction>(("restart", RebootAction.Restart), ("shutdown", RebootAction.Shutdown)),
            (draft, action) => draft.OnReboot = action,
            "What a reboot by the guest does: restart (the default) lets the run go on, shutdown ends it"),
        Key.Optional(
            Mounts,
            new ObjectListKind("an array of objects ([{ … }])", Mount.Most),
            (_, _) => { },
            "Directories of the host that the guest may mount by 9p and read, 8 at most; absent: none"),
        Key.Required(
            MountItem + ".source",
            new TextKind("a path"),
            (draft, path) => draft.Mounts[^1].Source = path,
            "The directory, relative to this file's; root's or this user's, as every directory above it, and closed to others' writing"),
        Key.Required(
            MountItem + ".tag",
            new MountTagKind(),
            (draft, tag) => draft.Mounts[^1].Tag = tag,
            "What the guest mounts it by"),
        Key.Optional(
            MountItem + ".read-only",
            new TrueKind("what one guest leaves there, the next one would find"),
            (_, _) => { },
            "That the guest cannot write there; there is nothing else yet"),
    ];

    /// <summary>The drivers' names.</summary>
    public static WordKind<string> DriverWords(IReadOnlyList<DriverRegistration> drivers) => new([.. drivers.Select(driver => (driver.Name, driver.Name))]);

    /// <summary>The architectures' names.</summary>
    public static WordKind<GuestArchitecture> ArchitectureWords => new(("x86_64", GuestArchitecture.X64), ("aarch64", GuestArchitecture.Arm64));

    /// <summary>The networks' names.</summary>
    public static WordKind<NetworkMode> NetworkWords =>
        new(("internet", NetworkMode.Internet), ("open", NetworkMode.Open), ("restricted", NetworkMode.Restricted), ("none", NetworkMode.None));
}

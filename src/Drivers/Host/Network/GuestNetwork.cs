using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Linux;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Host.Network;

/// <summary>
/// A machine's <see cref="NetworkMode.Internet"/>: a network namespace of its own, in which passt makes the guest's connections, nftables says which, and pasta
/// makes them on the host. It lives as long as QEMU holds its end of the wire, whoever else is killed, and needs nobody.
/// </summary>
internal sealed class GuestNetwork
{
    private const string NoteName = "network.json";
    private const string Ready = "ready";
    private const int PrivateFile = 0x180;

    // What several connections may have under way to a guest (net.ipv4.tcp_rmem): passt drops what the wire does not hold, and repeats it after seconds.
    private const int UnreceivedBytes = 16 << 20;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    // Of a machine that ends, the end of its wire is seen first.
    private static readonly TimeSpan MachineFollows = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(5);

    private static readonly (string Program, string Package)[] Programs =
        [("unshare", "util-linux"), ("pasta", "passt"), ("passt", "passt"), ("nft", "nftables")];

    private readonly ObservedProcess _process;
    private readonly string _log;
    private readonly int? _sshPort;

    private GuestNetwork(ObservedProcess process, string log, int? sshPort) => (_process, _log, _sshPort) = (process, log, sshPort);

    /// <summary>Its files in a run directory.</summary>
    public static IReadOnlyList<DriverFile> Files { get; } = [new(NoteName, DriverFileRole.Runtime), new(RunFiles.NetworkLog, DriverFileRole.Evidence)];

    /// <summary>Makes sure that the host has the programs for a machine's, if it is to have one.</summary>
    /// <exception cref="HostException">One is missing.</exception>
    public static void Require(MachineDescription machine)
    {
        if (machine.Network == NetworkMode.Internet)
        {
            FindPrograms();
        }
    }

    /// <returns>Their paths, in that order.</returns>
    private static IReadOnlyList<string> FindPrograms()
    {
        var found = Programs.Select(needed => (needed.Package, Path: Processes.Programs.TryFind(needed.Program))).ToList();
        return found.Where(program => program.Path is null).Select(program => program.Package).Distinct().ToList() is { Count: > 0 } missing
            ? throw new HostException(
                HostProblem.MissingProgram,
                $"network internet: a program of {string.Join(" and of ", missing)} is not installed; install it: apt-get install {string.Join(' ', missing)}. "
                    + "Or choose another network (--network restricted)")
            : [.. found.Select(program => program.Path!)];
    }

    // What the guest was given.
    private static async Task<IReadOnlyList<(IPNetwork Network, int? Port)>> ResolveAsync(MachineDescription machine, CancellationToken cancellationToken)
    {
        var networks = new List<(IPNetwork, int?)>();
        foreach (var destination in machine.Allow)
        {
            if (IPNetwork.TryParse(destination.Host, out var network))
            {
                networks.Add((network, destination.Port));
                continue;
            }

            try
            {
                var addresses = IPAddress.TryParse(destination.Host, out var address)
                    ? [address]
                    : await Dns.GetHostAddressesAsync(destination.Host, cancellationToken).ConfigureAwait(false);
                networks.AddRange(addresses.Select(found => (new IPNetwork(found, found.AddressFamily == AddressFamily.InterNetwork ? 32 : 128), destination.Port)));
            }
            catch (SocketException exception)
            {
                throw new HostException(
                    HostProblem.Other, $"allow {destination}: {destination.Host} cannot be looked up: {exception.Message}; correct it, or name an address", exception);
            }
        }

        return networks;
    }

    /// <summary>Begins to make one.</summary>
    /// <param name="spec">The machine.</param>
    /// <param name="wire">The guest's end of its wire, a connected stream socket; the other end is QEMU's alone.</param>
    /// <param name="user">Whom passt, which reads what the guest sends, runs as where we are root; null: nobody, as passt has it.</param>
    /// <param name="cancellationToken">Ends a look for a name's addresses.</param>
    /// <exception cref="HostException">A name that the guest was given cannot be looked up.</exception>
    public static async Task<GuestNetwork> StartAsync(VmSpec spec, SafeFileHandle wire, ProcessUser? user, CancellationToken cancellationToken)
    {
        var allowed = await ResolveAsync(spec.Machine, cancellationToken).ConfigureAwait(false);
        return Start($"{spec.Machine.Name}/{spec.Id}", spec.RunDirectory, spec.SshPort, allowed, wire, user);
    }

    /// <summary>Makes one that no machine uses, and ends it: whether this host can.</summary>
    /// <exception cref="HostException">It cannot; says why, and what to do.</exception>
    public static async Task TryAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("orchestrator-network-").FullName;
        try
        {
            var (wire, guestEnd) = Libc.SocketPair();
            using (wire)
            using (guestEnd)
            {
                await Start("doctor", directory, null, [], guestEnd, user: null).BeReadyAsync(time, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            End(directory);
            Directory.Delete(directory, recursive: true);
        }
    }

    private static GuestNetwork Start(
        string machine, string directory, int? sshPort, IReadOnlyList<(IPNetwork Network, int? Port)> allowed, SafeFileHandle wire, ProcessUser? user)
    {
        var programs = FindPrograms();
        Libc.HoldUnreceived(wire, UnreceivedBytes);
        var rules = NetworkRules.Build(sshPort, allowed, NetworkRules.OwnAddresses());
        var log = Path.Combine(directory, RunFiles.NetworkLog);
        using var output = Libc.Open(log, Libc.WriteOnly | Libc.Create | Libc.Append, PrivateFile);
        var root = Environment.IsPrivilegedProcess;
        var port = sshPort?.ToString(CultureInfo.InvariantCulture);
        string[] arguments =
        [
            // pasta is the first process of a PID namespace, so that nothing of the network outlives it, and dies with who waits for it.
            .. root ? [] : (string[])["--user", "--map-root-user"],
            "--pid", "--fork", "--kill-child", "--mount-proc", "--",

            // It makes the network namespace, and its connections on the host: none to the host's loopback.
            programs[1], "--quiet", "--foreground", "--config-net", "--no-map-gw", "--netns-only",
            .. root ? (string[])["--runas", "0:0"] : [],
            "--address", "10.0.2.15", "--netmask", "24", "--gateway", "10.0.2.2", "--dns-forward", "10.0.2.3",
            "--tcp-ports", port is null ? "none" : $"127.0.0.1/{port}:{port}", "--udp-ports", "none", "--tcp-ns", "none", "--udp-ns", "none", "--",
            "/bin/sh", "-c", ReadScript(), machine, // so that ps(1) says whose it is
            rules,
            port ?? string.Empty,
            user is null ? string.Empty : string.Create(CultureInfo.InvariantCulture, $"{user.UserId}:{user.GroupId}"),
            .. programs.Skip(2),
        ];
        var pid = ProcessLauncher.Spawn(new SpawnRequest(programs[0], arguments, output, []) { Input = wire });
        var identity = ProcessTable.IdentifyChild(pid); // before it is observed, which collects it: it may be gone already
        var process = ObservedProcess.OfChild(pid);
        _ = CollectAsync(process);
        NoteIn(directory).Replace(new NetworkNote(identity));
        return new GuestNetwork(process, log, sshPort);
    }

    /// <summary>Waits until the guest can use it.</summary>
    /// <exception cref="HostException">The host cannot give it.</exception>
    public async Task BeReadyAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (!LogTail.Lines(LogTail.Read(_log)).Contains(Ready))
        {
            if (_process.Exited.IsCompleted || time.GetElapsedTime(began) > Deadline)
            {
                throw NetworkFailure.Explain(_sshPort, LogTail.Read(_log));
            }

            await Task.Delay(BetweenLooks, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Tells of the end of a machine's network, if it has one, where the machine does not end with it, as it usually does.</summary>
    /// <param name="directory">The run directory.</param>
    /// <param name="events">Where it is told.</param>
    /// <param name="over">Completes when the machine is over.</param>
    /// <param name="isSeen">Whether the machine's end would be seen at this moment; while it would not, nothing is told.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the watching.</param>
    public static async Task WatchAsync(
        string directory, VmEventQueue events, Task over, Func<bool> isSeen, TimeProvider time, CancellationToken cancellationToken)
    {
        if (NoteIn(directory).Read() is not { } note)
        {
            return;
        }

        try
        {
            using (var process = ObservedProcess.Open(note.Process))
            {
                await (process?.Exited ?? Task.CompletedTask).WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            // A moment for the machine to follow; anew, if its end would not have been seen.
            bool seen;
            do
            {
                seen = isSeen();
                await Task.WhenAny(over, Task.Delay(MachineFollows, time, cancellationToken)).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }
            while (!over.IsCompleted && !(seen && isSeen()));

            if (!over.IsCompleted)
            {
                events.Publish(new VmEvent.NetworkLost($"its network (unshare, pid {note.Process.Pid}, and pasta and passt below it) ended, or was ended by somebody"));
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever watches next will see.
        }
    }

    /// <summary>Ends what there is of a machine's network, when the machine is over, and waits until its port is free again.</summary>
    /// <exception cref="HypervisorException">It does not end.</exception>
    public static void End(string directory)
    {
        if (NoteIn(directory).Read() is not { } note || ObservedProcess.Open(note.Process) is not { } process)
        {
            return;
        }

        using (process)
        {
            // unshare waits for its child, and that for all others of its namespace: only then is nothing left. QEMU's end has ended them already, as a rule.
            var children = (ProcessTable.ChildrenOf(note.Process.Pid) ?? []).Select(ProcessTable.Identify).OfType<ProcessIdentity>().ToList();
            foreach (var child in children)
            {
                using var first = ObservedProcess.Open(child);
                first?.Kill();
            }

            if (children.Count == 0)
            {
                process.Kill();
            }

            if (!process.Exited.Wait(Deadline))
            {
                throw new HypervisorException($"the network of the machine in {directory} (pid {note.Process.Pid}) does not end; look: ps -fp {note.Process.Pid}");
            }
        }
    }

    private static NoteFile<NetworkNote> NoteIn(string directory) =>
        new(Path.Combine(directory, NoteName), NetworkNoteContext.Default.NetworkNote);

    private static async Task CollectAsync(ObservedProcess process)
    {
        await process.Exited.ConfigureAwait(false);
        process.Dispose();
    }

    private static string ReadScript()
    {
        using var stream = typeof(GuestNetwork).Assembly.GetManifestResourceStream("namespace.sh")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}

/// <summary>What a later process needs to know of a machine's network.</summary>
/// <param name="Process">Whose end is its end.</param>
internal sealed record NetworkNote(ProcessIdentity Process);

/// <summary>How it is written, without reflection.</summary>
[JsonSerializable(typeof(NetworkNote))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower)]
internal sealed partial class NetworkNoteContext : JsonSerializerContext;

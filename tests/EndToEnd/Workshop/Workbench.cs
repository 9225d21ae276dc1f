using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>
/// One test's place to work: a directory with an instances file, a state directory and a place for temporary files, an instance name that
/// nothing else on this host has, and an environment of its own. Whatever a test leaves running or lying, this ends and removes.
/// </summary>
public sealed class Workbench : IAsyncDisposable
{
    public const string Prefix = "orchestrator-e2e-";

    private readonly List<IDisposable> _programs = [];
    private string _image;
    private string[] _program = [Artifacts.Program];
    private readonly Leftovers _leftovers;

    /// <summary>One with the default driver.</summary>
    public Workbench()
        : this(new QemuTraces(), Artifacts.Image)
    {
    }

    /// <param name="driver">What the driver leaves; which one it is, <see cref="Environment"/> says.</param>
    /// <param name="image">The base image of the instance.</param>
    public Workbench(IDriverTraces driver, string image)
    {
        Driver = driver;
        _image = image;
        Root = Directory.CreateTempSubdirectory(Prefix).FullName;
        StateDirectory = Path.Combine(Root, "state");
        TemporaryDirectory = Directory.CreateDirectory(Path.Combine(Root, "tmp")).FullName;
        Name = "e2e-" + RandomNumberGenerator.GetHexString(10, lowercase: true);
        SshPort = FreePort();
        Environment = new Dictionary<string, string>
        {
            ["PATH"] = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            ["HOME"] = Root,
            ["TMPDIR"] = TemporaryDirectory,
            ["ORCHESTRATOR_ACCELERATOR"] = "tcg",
        };
        _leftovers = new Leftovers(this);
        Describe();
    }

    /// <summary>What the driver leaves.</summary>
    public IDriverTraces Driver { get; }

    /// <summary>The directory of everything.</summary>
    public string Root { get; }

    public string StateDirectory { get; set; }

    /// <summary>Where the program may put temporary files.</summary>
    public string TemporaryDirectory { get; }

    /// <summary>The instance's name: whoever mentions it is ours.</summary>
    public string Name { get; }

    /// <summary>Something for a config that nobody but the guest may know.</summary>
    public Canary Secret { get; } = new("secret", "secret-");

    /// <summary>A port that was free a moment ago; the instance's.</summary>
    public int SshPort { get; }

    /// <summary>The program's environment.</summary>
    public Dictionary<string, string> Environment { get; }

    public string InstancesFile => Path.Combine(Root, "instances.json");

    /// <summary>The directory of the one run there is.</summary>
    public string RunDirectory => Assert.Single(Directory.GetDirectories(Path.Combine(StateDirectory, "runs")));

    /// <summary>The directory with what is left of the one past run there is.</summary>
    public string HistoryDirectory => Assert.Single(Directory.GetDirectories(Path.Combine(StateDirectory, "history")));

    /// <summary>The pid of the instance's QEMU.</summary>
    public int Qemu => Assert.Single(HostProcesses.Mentioning($"guest={Name}")).Pid;

    /// <summary>The processes of the instance's network that say whose they are.</summary>
    public IReadOnlyList<(int Pid, string CommandLine)> Networks => HostProcesses.Mentioning($"127.0.0.1/{SshPort}:");

    /// <summary>Writes the instances file with the instance in it.</summary>
    /// <param name="config">The instance's config, JSON; for the guest, mind <c>tiny</c> in it.</param>
    /// <param name="change">Changes the instance before it is written.</param>
    public void Describe(string config = "{}", Action<JsonObject>? change = null)
    {
        var instance = InstanceOf(Name, config, SshPort);
        change?.Invoke(instance);
        File.WriteAllText(InstancesFile, new JsonArray(instance).ToJsonString());
    }

    /// <summary>Writes the instances file with several instances in it, which get a port each.</summary>
    /// <param name="names">Their names.</param>
    /// <param name="config">The config of each, JSON.</param>
    /// <param name="change">Changes each before it is written.</param>
    public void DescribeAll(IEnumerable<string> names, string config, Action<JsonObject>? change = null)
    {
        var instances = names.Select(name => InstanceOf(name, config, sshPort: 0)).ToArray();
        Array.ForEach(instances, instance => change?.Invoke(instance));
        File.WriteAllText(InstancesFile, new JsonArray([.. instances]).ToJsonString());
    }

    /// <summary>Writes a script that everybody may run, as root's QEMU, which is not root, has to.</summary>
    /// <returns>Its path.</returns>
    public string WriteProgram(string name, string script)
    {
        var program = PathOf(name);
        File.WriteAllText(program, script);
        foreach (var path in (string[])[program, Root])
        {
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        }

        return program;
    }

    /// <summary>Gives guests that are asked to power down a second for it, where the test asks one that is too young to hear of it.</summary>
    public void ShortenGrace() => Environment["ORCHESTRATOR_SHUTDOWN_GRACE_SECONDS"] = "1";

    /// <summary>Has a user without rights do what is begun from here on, with a program and an image that he can get at.</summary>
    /// <param name="user">The name of the user and of his group.</param>
    public async Task BecomeAsync(string user)
    {
        Assert.SkipUnless(System.Environment.IsPrivilegedProcess, "only root can become another user");
        await UseAsync("cp", Artifacts.Program, PathOf("orchestrator"));
        await UseAsync("cp", _image, PathOf("base.qcow2"));
        await UseAsync("chown", "-R", user + ":" + user, Root);
        _image = PathOf("base.qcow2");
        _program = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", PathOf("orchestrator")];
    }

    /// <summary>Has the program, begun from here on, find another name server in <c>/etc/resolv.conf</c> than others do. For root alone.</summary>
    public void LookNamesUpAt(string address)
    {
        var file = PathOf("resolv.conf");
        File.WriteAllText(file, $"nameserver {address}\n");
        _program = ["unshare", "--mount", "/bin/sh", "-c", "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"", file, .. _program];
    }

    /// <summary>Starts the program with these arguments, the instances file and the state directory.</summary>
    public StartedProgram Start(params string[] arguments) =>
        StartAny(_program[0], [.. _program[1..], .. arguments, "--file", InstancesFile, "--state-dir", StateDirectory]);

    /// <summary>Starts <c>orchestrator run</c> for the instance.</summary>
    public StartedProgram StartRun(params string[] arguments) => Start(["run", Name, .. arguments]);

    /// <summary>As <see cref="Start"/>, on a terminal.</summary>
    public TerminalProgram StartOnTerminal(int columns, params string[] arguments)
    {
        var started = new TerminalProgram(
            Describe(Artifacts.Program, [.. arguments, "--file", InstancesFile, "--state-dir", StateDirectory]), columns);
        _programs.Add(started);
        return started;
    }

    /// <summary>Starts any program in the workbench's directory and environment.</summary>
    public StartedProgram StartAny(string program, params string[] arguments)
    {
        var started = new StartedProgram(Describe(program, arguments));
        _programs.Add(started);
        return started;
    }

    /// <summary>Starts what the user <c>manage</c> would type to have the guest do something, with the password that all our guests have.</summary>
    public StartedProgram StartSsh(string command) => StartAny("sshpass", ["-p", "password", "ssh", .. SshArguments, command]);

    /// <summary>The same with a key.</summary>
    /// <param name="command">The command.</param>
    /// <param name="key">The private key's file.</param>
    public StartedProgram StartSsh(string command, string key) => StartAny("ssh", ["-i", key, "-o", "BatchMode=yes", .. SshArguments, command]);

    private string[] SshArguments =>
        ["-p", $"{SshPort}", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-F", "none", "manage@127.0.0.1"];

    /// <summary>Runs any program to its end.</summary>
    /// <returns>Its standard output.</returns>
    public async Task<string> UseAsync(string program, params string[] arguments) =>
        (await StartAny(program, arguments).EndAsync()).Exited(0).Output;

    /// <summary>A path in the workbench.</summary>
    public string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>Fails if anything is left of any run.</summary>
    public void AssertNothingLeft() => _leftovers.AssertNone();

    /// <summary>Kills some of those who take part in a run (SIGKILL), before any of them can see what became of another.</summary>
    /// <param name="victims">Whom, as far as there is such a one.</param>
    /// <param name="orchestrator">The orchestrator; its end is waited for.</param>
    /// <returns>Who was killed.</returns>
    public async Task<Victims> KillAsync(Victims victims, StartedProgram orchestrator)
    {
        var killed = Victims.None;
        var qemus = victims.HasFlag(Victims.Qemu) ? HostProcesses.Mentioning($"guest={Name}") : [];
        var networks = victims.HasFlag(Victims.Network) ? Networks : [];
        if (victims.HasFlag(Victims.Libvirtd))
        {
            await Driver.KillDaemonAsync();
            killed |= Victims.Libvirtd;
        }

        if (victims.HasFlag(Victims.Orchestrator) && StartedProgram.TryKill(orchestrator.Pid))
        {
            killed |= Victims.Orchestrator;
        }

        foreach (var (pid, _) in qemus)
        {
            killed |= StartedProgram.TryKill(pid) ? Victims.Qemu : Victims.None;
        }

        foreach (var (pid, _) in networks)
        {
            killed |= StartedProgram.TryKill(pid) ? Victims.Network : Victims.None;
        }

        if (victims.HasFlag(Victims.Orchestrator))
        {
            await orchestrator.EndAsync();
        }

        return killed;
    }

    /// <summary>
    /// Where the <see cref="Secret"/> can be read: files below the state directory, in memory, and those of the driver's daemon, and the arguments and
    /// environments of all processes.
    /// </summary>
    public IReadOnlyList<string> PlacesOfSecret()
    {
        var search = new SecretSearch(Secret);
        string[] directories = [StateDirectory, "/dev/shm", "/run/orchestrator-media-0", .. Driver.Papers];
        return [.. directories.SelectMany(directory => search.InFiles(directory)).Concat(search.InProcesses()).Select(trace => trace.Place).Distinct()];
    }

    /// <summary>Fails unless the medium of the one run there is, is where its driver keeps it: nowhere that has a path, or in memory.</summary>
    public void AssertSecretOnlyInMemory()
    {
        var places = PlacesOfSecret();
        Assert.Equal(Driver.NamesMedia ? 1 : 0, places.Count);
        Assert.All(places, place => Assert.Matches("^(/dev/shm|/run)/orchestrator-media-0/", place));
    }

    /// <summary>
    /// Fails unless gc says beforehand what it then does, leaves nothing of any run, and finds nothing to do the next time.
    /// </summary>
    public async Task AssertSweptByGcAsync()
    {
        var before = (await Start("gc", "--dry-run").EndAsync()).Exited(0);
        var swept = (await Start("gc").EndAsync()).Exited(0);
        var again = (await Start("gc").EndAsync()).Exited(0);

        // Line by line and not word by word: a machine may be ending by itself.
        Assert.Equal(before.ErrorLines.Count, swept.ErrorLines.Count);
        Assert.Equal("", again.Error);
        AssertNothingLeft();
        Assert.Empty(PlacesOfSecret());
    }

    /// <summary>As <see cref="AssertNothingLeft"/>, where a run was to be kept.</summary>
    /// <returns>The directory with what was kept.</returns>
    public string AssertOnlyKept()
    {
        _leftovers.AssertNone();
        return HistoryDirectory;
    }

    /// <summary>Ends everything that was started here, as if it had never been.</summary>
    public async Task ClearAsync()
    {
        foreach (var program in _programs)
        {
            program.Dispose();
        }

        _programs.Clear();
        Driver.End(Name);
        foreach (var (pid, _) in HostProcesses.Mentioning(Name).Concat(HostProcesses.Mentioning(Root)))
        {
            try
            {
                using var process = Process.GetProcessById(pid);
                process.Kill();
                await process.WaitForExitAsync();
            }
            catch (Exception error) when (error is ArgumentException or InvalidOperationException)
            {
                // It ended by itself.
            }
        }

        if (Directory.Exists(StateDirectory))
        {
            ClearMedia();
            foreach (var entry in new DirectoryInfo(StateDirectory).EnumerateFileSystemInfos())
            {
                if (entry is DirectoryInfo directory)
                {
                    directory.Delete(recursive: true);
                }
                else
                {
                    entry.Delete();
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ClearAsync();
        Directory.Delete(Root, recursive: true);
    }

    // Of runs that a failed test left, which libvirt's driver keeps in memory.
    private void ClearMedia()
    {
        var runs = Path.Combine(StateDirectory, "runs");
        foreach (var run in Directory.Exists(runs) ? Directory.GetDirectories(runs).Select(Path.GetFileName) : [])
        {
            foreach (var directory in (string[])["/dev/shm/orchestrator-media-0", "/run/orchestrator-media-0"])
            {
                Array.ForEach(Directory.Exists(directory) ? Directory.GetFiles(directory, $"*{run}*") : [], File.Delete);
            }
        }
    }

    private ProcessStartInfo Describe(string program, string[] arguments)
    {
        // A test run in a shell's background inherits ignored signals, and would hand them on; this program is to hear its Ctrl+C and Ctrl+\.
        var start = new ProcessStartInfo("/usr/bin/env", ["--default-signal=INT,QUIT", program, .. arguments]) { WorkingDirectory = Root };
        start.Environment.Clear();
        foreach (var (variable, value) in Environment)
        {
            start.Environment[variable] = value;
        }

        return start;
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private JsonObject InstanceOf(string name, string config, int sshPort) => new()
    {
        ["name"] = name,
        ["image"] = _image,
        ["cpu-cores"] = 1,
        ["ram"] = "256M",
        ["root-disk"] = "64M",
        ["timeout-seconds"] = 300,
        ["ssh-port"] = sshPort,
        ["arch"] = "x86_64",
        ["config"] = JsonNode.Parse(config),
    };
}

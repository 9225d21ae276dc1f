using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>A run whose configuration has secrets of every kind, and whose guest reads it and opens its tray when it is told to, and not before.</summary>
public sealed class SecretRun : IDisposable
{
    private const string Variable = "STORY_SECRET";

    private readonly Workbench _bench;
    private readonly bool _detached;
    private readonly DateTime _began = DateTime.UtcNow.AddSeconds(-1); // file systems have clocks of their own
    private readonly SecretSearch _search;
    private readonly List<(string Canary, string Place)> _given = [];
    private readonly StringBuilder _said = new();
    private string _heard = "";
    private StartedProgram _program = null!;
    private TerminalProgram? _console;

    private SecretRun(Workbench bench, bool detached)
    {
        (_bench, _detached) = (bench, detached);
        if (detached)
        {
            GitHub.ConnectAsApp(bench);
            Give(GitHub.AppKey!, bench.PathOf("app.pem"));
        }
        else
        {
            GitHub.ConnectTo(bench);
        }

        File.WriteAllText(bench.PathOf("secret"), FromFile.Value);
        Give(FromFile, bench.PathOf("secret"));
        Give(bench.Secret, bench.InstancesFile);
        Canary?[] all = [GitHub.Credential, GitHub.Minted, GitHub.JitConfig, GitHub.InstallationToken, GitHub.AppKey, FromEnvironment, FromFile, bench.Secret];
        _search = new SecretSearch([.. all.OfType<Canary>()]);
    }

    public FakeGitHub GitHub { get; } = new();

    /// <summary>What the config calls for by <c>file</c>. JSON, XML and shells write its neighbours in ways of their own.</summary>
    public Canary FromFile { get; } = new("file", "\"<é", "\\/& >\n");

    /// <summary>What the config calls for by <c>env</c>.</summary>
    public Canary FromEnvironment { get; } = new("environment variable", "\"<é", "\\/& >");

    /// <summary>The pid of the orchestrator.</summary>
    public int Owner { get; private set; }

    /// <summary>What the short-lived programs were that the run started.</summary>
    public IEnumerable<string> Heard => Directory.GetFiles(_heard).Select(file => Path.GetFileNameWithoutExtension(file)).Distinct().Order(StringComparer.Ordinal);

    /// <summary>Begins it, and returns when its guest waits.</summary>
    /// <param name="bench">Where.</param>
    /// <param name="detached">In a process of its own that asks GitHub as an App, and otherwise in the one that was started, with a token in its environment.</param>
    public static async Task<SecretRun> BeginAsync(Workbench bench, bool detached)
    {
        var run = new SecretRun(bench, detached);
        await run.DescribeAsync();
        await run.StartAsync();
        await bench.StartAny("tail", "-n", "+1", "-F", Path.Combine(bench.RunDirectory, "console.log")).OutputLineAsync("!");
        return run;
    }

    /// <summary>Has the guest read its configuration and open its tray, and returns when the medium is gone.</summary>
    public async Task EjectAsync()
    {
        _console = _bench.StartOnTerminal(100, "console", _bench.Name);
        await _console.SeesAsync("leaves it");
        _console.Type(" ");
        await _bench.StartAny("tail", "-n", "+1", "-F", Path.Combine(_bench.RunDirectory, "events.ndjson")).OutputLineAsync("configuration-removed");
    }

    /// <summary>Ends it.</summary>
    public async Task EndAsync()
    {
        if (_detached)
        {
            await AskAsync(_bench.Start("stop", _bench.Name, "--now"));
        }
        else
        {
            _program.Interrupt();
            (await _program.EndAsync()).Exited(130);
        }

        _given.RemoveAll(given => given.Place.StartsWith("/proc/", StringComparison.Ordinal));
        await AskAsync(_bench.Start("history", "--json"));
    }

    /// <summary>
    /// Where secrets are that this host keeps or shows anywhere, but for the memory of processes: beside where they were put by whoever gave them, and there
    /// they have to be found.
    /// </summary>
    public async Task<List<Trace>> SearchAsync()
    {
        foreach (var question in Directory.Exists(Proc(Owner)) ? _bench.Driver.Questions(_bench.Name) : [])
        {
            await AskAsync(_bench.StartAny(question[0], question[1..]));
        }

        string[] shared = [Path.GetTempPath(), "/tmp", "/var/tmp", "/dev/shm", "/run", "/var/log", "/var/lib", "/var/cache"];
        var all = shared.Distinct().SelectMany(directory => _search.InFiles(directory.TrimEnd('/'), _began))
            .Concat(_search.InProcesses())
            .Concat(_search.InNamelessFiles())
            .Concat(_search.InText("what was said", _program.Output + _program.Error + _said + _console?.Screen.Text))
            .ToLookup(trace => _given.Contains((trace.Canary, trace.Place)));
        Assert.Equal(_given.Order(), all[true].Select(trace => (trace.Canary, trace.Place)).Distinct().Order());
        return [.. all[false]];
    }

    /// <summary>Where secrets are in the memory of a process.</summary>
    public List<Trace> MemoryOf(int pid) => _search.InMemory(pid);

    public void Dispose()
    {
        _console?.Dispose();
        _program.Dispose();
        GitHub.Dispose();
    }

    private static string Proc(int pid) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}");

    private async Task<string> AskAsync(StartedProgram program)
    {
        var outcome = (await program.EndAsync()).Exited(0);
        _said.Append(outcome.Output).Append(outcome.Error);
        return outcome.Output;
    }

    private void Give(Canary canary, string place) => _given.Add((canary.Name, place));

    private async Task DescribeAsync()
    {
        var config = new JsonObject
        {
            ["token"] = FakeGitHub.Call,
            ["again"] = new JsonArray(FakeGitHub.Call),
            ["file"] = $"${{{{ file:{_bench.PathOf("secret")} }}}}",
            ["variable"] = $"${{{{ env:{Variable} }}}}",
            ["written"] = _bench.Secret.Value,
        };
        await _bench.DescribeAsync(SectorGuest.Waits(SectorGuest.ReadsAndEjects(SectorGuest.Stays)), config.ToJsonString(), instance =>
        {
            instance["ram"] = "32M"; // which is searched
            instance["cloud-init"] = new JsonObject
            {
                ["user-data"] = new JsonObject
                {
                    ["write_files"] = new JsonArray(config["token"]!.DeepClone(), config["file"]!.DeepClone(), config["variable"]!.DeepClone()),
                },
            };
            instance["github"] = new JsonObject { ["runner"] = "acme/site", ["labels"] = new JsonArray("linux", "gpu=a"), ["name"] = "fast" };
        });
    }

    // Nobody but the run is given what is secret in the environment.
    private async Task StartAsync()
    {
        _heard = HeardPrograms.Listen(_bench, "qemu-img", "unshare", "pasta", "passt", "nft");
        _bench.Environment[Variable] = FromEnvironment.Value;
        _program = _bench.StartRun(["--keep", "--verbose", .. _detached ? (string[])["--detach", "--wait", "started"] : ["--json"]]);
        _bench.Environment.Remove(Variable);
        var hasToken = _bench.Environment.Remove("GITHUB_TOKEN");
        await _program.OutputLineAsync(_detached ? "\"run\":" : "\"event\":\"started\"");

        var listed = await AskAsync(_bench.Start("list", "--json"));
        Owner = JsonElement.Parse(listed)[0].GetProperty("owner-pid").GetInt32();
        Assert.Equal(_detached, Owner != _program.Pid);
        Give(FromEnvironment, Proc(Owner) + "/environ");
        if (hasToken)
        {
            Give(GitHub.Credential, Proc(Owner) + "/environ");
        }
    }
}

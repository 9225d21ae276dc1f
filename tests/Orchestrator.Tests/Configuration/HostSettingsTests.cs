using System.Net;
using Orchestrator.Composition;
using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.Tests.Configuration;

public sealed class HostSettingsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
    private readonly HostSettingsSources _sources;

    public HostSettingsTests()
    {
        _sources = new HostSettingsSources
        {
            SystemDirectory = Path.Combine(_root, "etc"),
            InstancesDirectory = Path.Combine(_root, "ci"),
            WorkingDirectory = "/work-dir",
            IsRoot = true,
        };
        Directory.CreateDirectory(_sources.SystemDirectory);
        Directory.CreateDirectory(_sources.InstancesDirectory);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Without_any_source_the_documented_defaults_hold()
    {
        var settings = Load(_sources);

        Assert.Equal("qemu", settings.Driver);
        Assert.Equal(AcceleratorPreference.Auto, settings.Accelerator);
        Assert.Equal(NetworkMode.Internet, settings.Network);
        Assert.Equal("/var/lib/orchestrator", settings.StateDirectory);
        Assert.Equal(TimeSpan.FromSeconds(60), settings.ShutdownGrace);
        Assert.Equal(new HistorySettings { MaxRuns = 200, MaxAge = TimeSpan.FromDays(30), MaxBytes = 512L << 20 }, settings.History);
        Assert.Equal(new UpSettings(), settings.Up);
        Assert.Equal(new Dictionary<string, string> { ["qemu.user-ids"] = "2100000000-2100065535", ["libvirt.uri"] = "qemu:///system" }, settings.DriverSettings);
        Assert.Equal("https://api.github.com/", settings.GitHub.ApiUrl.AbsoluteUri);
        Assert.Empty(settings.Warnings);
    }

    [Fact]
    public void Flags_go_before_the_environment_that_before_the_file_beside_and_that_before_the_system()
    {
        var everywhere = _sources with
        {
            Flags = new Dictionary<string, string> { ["shutdown-grace-seconds"] = "4" },
            Environment = new Dictionary<string, string> { ["ORCHESTRATOR_SHUTDOWN_GRACE_SECONDS"] = "3" },
        };
        WriteSystem("""{"shutdown-grace-seconds": 1, "history": {"max-runs": 1}, "driver": "libvirt"}""");
        WriteBeside("""{"shutdown-grace-seconds": 2, "history": {"max-runs": 2}}""");

        Assert.Equal(4, Load(everywhere).ShutdownGrace.TotalSeconds);
        Assert.Equal(3, Load(everywhere with { Flags = _sources.Flags }).ShutdownGrace.TotalSeconds);
        Assert.Equal(2, Load(_sources).ShutdownGrace.TotalSeconds);
        Assert.Equal(1, Load(_sources with { InstancesDirectory = null }).ShutdownGrace.TotalSeconds);
        Assert.Equal(2, Load(_sources).History.MaxRuns);
        Assert.Equal("libvirt", Load(_sources).Driver);
    }

    [Fact]
    public void Every_setting_can_be_given_in_each_source()
    {
        var values = new Dictionary<string, string>
        {
            ["driver"] = "libvirt",
            ["accelerator"] = "tcg",
            ["network"] = "none",
            ["allow"] = "10.1.0.0/16, cache.example:3142",
            ["state-directory"] = "state",
            ["shutdown-grace-seconds"] = "0",
            ["history.max-runs"] = "1",
            ["history.max-age-days"] = "2",
            ["history.max-megabytes"] = "3",
            ["images.max-megabytes"] = "4",
            ["up.memory-overcommit"] = "1.5",
            ["up.disk-overcommit"] = "4",
            ["up.drain"] = "finish",
            ["up.drain-deadline-seconds"] = "7",
            ["up.too-soon-seconds"] = "3",
            ["up.listen"] = "127.0.0.1:9464",
            ["up.listen-names"] = "ci-host-1.example, ci-host-1",
            ["qemu.run-as"] = "nobody",
            ["qemu.user-ids"] = "70000-70999",
            ["qemu.binary"] = "./qemu",
            ["libvirt.uri"] = "qemu:///session",
            ["libvirt.template"] = "domain.xml",
            ["github.api-url"] = "https://ghes.example/api/v3",
            ["github.token-file"] = "token",
            ["github.app-id"] = "Iv23li",
            ["github.app-key-file"] = "key.pem",
        };
        Assert.Equal(SettingKeys.For(CompositionRoot.Drivers).Select(key => key.Name), values.Keys);
        var named = Path.Combine(Directory.CreateDirectory(Path.Combine(_root, "own")).FullName, "settings.json");
        File.WriteAllText(
            named,
            """
            {"driver": "libvirt", "accelerator": "tcg", "network": "none", "allow": ["10.1.0.0/16", "cache.example:3142"], "state-directory": "state", "shutdown-grace-seconds": 0,
             "history": {"max-runs": 1, "max-age-days": 2, "max-megabytes": 3}, "images": {"max-megabytes": 4},
             "up": {"memory-overcommit": 1.5, "disk-overcommit": 4, "drain": "finish", "drain-deadline-seconds": 7, "too-soon-seconds": 3,
                    "listen": "127.0.0.1:9464", "listen-names": ["ci-host-1.example", "ci-host-1"]},
             "qemu": {"run-as": "nobody", "user-ids": "70000-70999", "binary": "./qemu"}, "libvirt": {"uri": "qemu:///session", "template": "domain.xml"},
             "github": {"api-url": "https://ghes.example/api/v3", "token-file": "token", "app-id": "Iv23li", "app-key-file": "key.pem"}}
            """);

        Check(Load(_sources with { SettingsFile = named }), Path.GetDirectoryName(named)!);
        File.Copy(named, Path.Combine(_sources.SystemDirectory, HostSettings.FileName));
        Check(Load(_sources), _sources.SystemDirectory);
        File.Delete(Path.Combine(_sources.SystemDirectory, HostSettings.FileName));
        Check(Load(_sources with { Flags = values }), _sources.WorkingDirectory);
        var variables = values.ToDictionary(
            pair => "ORCHESTRATOR_" + pair.Key.ToUpperInvariant().Replace('-', '_').Replace(".", "__", StringComparison.Ordinal),
            pair => pair.Value);
        Check(Load(_sources with { Environment = variables }), _sources.WorkingDirectory);

        static void Check(HostSettings settings, string directory)
        {
            Assert.Equal("libvirt", settings.Driver);
            Assert.Equal(AcceleratorPreference.Tcg, settings.Accelerator);
            Assert.Equal(NetworkMode.None, settings.Network);
            Assert.Equal(["10.1.0.0/16", "cache.example:3142"], settings.Allow.Select(destination => destination.ToString()));
            Assert.Equal(Path.Combine(directory, "state"), settings.StateDirectory);
            Assert.Equal(TimeSpan.Zero, settings.ShutdownGrace);
            Assert.Equal(new HistorySettings { MaxRuns = 1, MaxAge = TimeSpan.FromDays(2), MaxBytes = 3L << 20 }, settings.History);
            Assert.Equal(
                new UpSettings
                {
                    MemoryOvercommit = 1.5m,
                    DiskOvercommit = 4,
                    Drain = DrainMode.Finish,
                    DrainDeadline = TimeSpan.FromSeconds(7),
                    TooSoon = TimeSpan.FromSeconds(3),
                    Listen = new IPEndPoint(IPAddress.Loopback, 9464),
                },
                settings.Up with { ListenNames = [] });
            Assert.Equal(4L << 20, settings.MaxImageBytes);
            Assert.Equal(["ci-host-1.example", "ci-host-1"], settings.Up.ListenNames);
            Assert.Equal(
                [
                    new Dictionary<string, string> { ["run-as"] = "nobody", ["user-ids"] = "70000-70999", ["binary"] = Path.Combine(directory, "qemu") },
                    new Dictionary<string, string> { ["uri"] = "qemu:///session", ["template"] = Path.Combine(directory, "domain.xml") },
                ],
                settings.Drivers.Select(settings.SettingsOf));
            Assert.Equal("https://ghes.example/api/v3", settings.GitHub.ApiUrl.AbsoluteUri);
        }
    }

    [Fact]
    public void What_names_programs_credentials_or_where_they_go_is_not_taken_from_beside_the_instances()
    {
        WriteBeside(
            """
            {"state-directory": "s", "qemu": {"run-as": "root", "user-ids": "1-2", "binary": "./qemu"}, "libvirt": {"uri": "qemu+ext:///?command=./x", "template": "t"},
             "github": {"api-url": "https://elsewhere.example", "token-file": "/root/token", "app-id": "1", "app-key-file": "/root/key"}}
            """);

        var problems = Assert.Throws<ConfigurationException>(() => Load(_sources)).Message.Replace(_root, "", StringComparison.Ordinal).Split('\n');

        string[] refused =
        [
            "state-directory", "qemu.run-as", "qemu.user-ids", "qemu.binary", "libvirt.uri", "libvirt.template",
            "github.api-url", "github.token-file", "github.app-id", "github.app-key-file",
        ];
        Assert.Equal(refused, SettingKeys.For(CompositionRoot.Drivers).Where(key => key.IsProtected).Select(key => key.Name));
        Assert.Equal(refused.Length, problems.Length);
        Assert.Equal(
            "/ci/orchestrator.json:1: qemu.binary: not taken from beside the instances, where whoever wrote them may have put it: "
                + "set ORCHESTRATOR_QEMU__BINARY, write it into /etc/orchestrator.json, or name its file with --settings",
            problems[3]);
    }

    [Fact]
    public void The_systems_own_directory_may_hold_the_instances_as_well()
    {
        WriteSystem("""{"libvirt": {"uri": "system"}}""");

        Assert.Equal("system", Load(_sources with { InstancesDirectory = _sources.SystemDirectory }).DriverSettings["libvirt.uri"]);
    }

    [Fact]
    public void A_file_that_is_named_is_read_in_place_of_the_one_beside_and_has_to_be_there()
    {
        WriteBeside("no JSON");
        var named = Path.Combine(_root, "named.json");
        File.WriteAllText(named, """{"driver": "libvirt"}""");

        Assert.Equal("libvirt", Load(_sources with { SettingsFile = named }).Driver);
        Assert.Equal(
            $"{named}.none: there is no such file: correct --settings",
            Assert.Throws<ConfigurationException>(() => Load(_sources with { SettingsFile = named + ".none" })).Message);
    }

    [Fact]
    public void A_file_that_others_may_write_to_is_refused()
    {
        WriteSystem("{}");
        File.SetUnixFileMode(_sources.SystemDirectory, (UnixFileMode)0x1FF);

        Assert.Equal(
            $"{_sources.SystemDirectory}/orchestrator.json: not trusted: others may write to {_sources.SystemDirectory}: chmod go-w {_sources.SystemDirectory}",
            Assert.Throws<ConfigurationException>(() => Load(_sources)).Message);
    }

    [Fact]
    public void Problems_of_all_sources_are_collected()
    {
        WriteSystem("{\n\"acelerator\": \"kvm\",\n\"libvirt\": {\"url\": \"x\"}\n}");
        WriteBeside("""{"shutdown-grace-seconds": "60", "qemu": "fast", "github": {"token": "ghp_secret"}}""");
        var sources = _sources with
        {
            Flags = new Dictionary<string, string> { ["driver"] = "quemu", ["github.api-url"] = "ftp://u:secret@x" },
            Environment = new Dictionary<string, string> { ["ORCHESTRATOR_NETWORK"] = "bridge" },
        };

        var problems = Assert.Throws<ConfigurationException>(() => Load(sources)).Message
            .Replace(_root, "", StringComparison.Ordinal)
            .Split('\n');

        Assert.Equal(
            [
                "/etc/orchestrator.json:2: unknown key \"acelerator\": did you mean \"accelerator\"?",
                "/etc/orchestrator.json:3: libvirt: unknown key \"url\": did you mean \"uri\"?",
                "/ci/orchestrator.json:1: shutdown-grace-seconds: must be a whole number of seconds from 0 to 86400, not \"60\"",
                "/ci/orchestrator.json:1: qemu: must be an object ({ … }), not \"fast\"",
                "/ci/orchestrator.json:1: github.token: a token is not a setting: use the environment variable GITHUB_TOKEN, "
                    + "or github.token-file for a file that only this user can read",
                "environment: ORCHESTRATOR_NETWORK: must be one of \"internet\", \"open\", \"restricted\", \"none\", not \"bridge\"",
                "command line: driver: must be one of \"qemu\", \"libvirt\", not \"quemu\": did you mean \"qemu\"?",
                "command line: github.api-url: must be an http or https URL without user name, query and fragment",
            ],
            problems);
    }

    [Theory]
    [InlineData("[]", ":1: must be an object ({ … }), not an array")]
    [InlineData("", ":1: the file is empty")]
    [InlineData("{", ":1: not valid JSON")]
    public void A_file_that_is_not_an_object_is_refused(string text, string problem)
    {
        WriteBeside(text);

        Assert.Contains(problem, Assert.Throws<ConfigurationException>(() => Load(_sources)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_variable_is_not_set_and_an_unknown_one_is_a_warning()
    {
        var settings = Load(_sources with
        {
            Environment = new Dictionary<string, string>
            {
                ["ORCHESTRATOR_DRIVER"] = "",
                ["ORCHESTRATOR_SHUTDOWN_GRACE"] = "1",
                ["ORCHESTRATOR_CI_POOL"] = "1",
            },
        });

        Assert.Equal("qemu", settings.Driver);
        Assert.Equal(
            [
                "environment: ORCHESTRATOR_CI_POOL: no such setting",
                "environment: ORCHESTRATOR_SHUTDOWN_GRACE: no such setting: did you mean ORCHESTRATOR_SHUTDOWN_GRACE_SECONDS?",
            ],
            settings.Warnings);
    }

    [Theory]
    [InlineData("/xdg", "/home/u", "/xdg/orchestrator")]
    [InlineData("", "/home/u", "/home/u/.local/state/orchestrator")]
    [InlineData("relative", "/home/u", "/home/u/.local/state/orchestrator")]
    [InlineData("", "", null)]
    public void A_user_who_is_not_root_keeps_state_at_home(string stateHome, string home, string? expected)
    {
        var sources = _sources with
        {
            IsRoot = false,
            Environment = new Dictionary<string, string> { ["XDG_STATE_HOME"] = stateHome, ["HOME"] = home },
        };

        if (expected is null)
        {
            Assert.Contains("HOME", Assert.Throws<ConfigurationException>(() => Load(sources)).Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(expected, Load(sources).StateDirectory);
        }
    }

    [Theory]
    [InlineData("127.0.0.1:9464", 0)]
    [InlineData("[::1]:0", 0)]
    [InlineData("unix:/run/orchestrator/monitoring.sock", 0)]
    [InlineData("0.0.0.0:9464", 1)]
    [InlineData("[::]:9464", 1)]
    public void Metrics_for_everybody_are_warned_of(string endpoint, int warnings) => Assert.Equal(
        warnings,
        Load(_sources with { Flags = new Dictionary<string, string> { ["up.listen"] = endpoint } }).Warnings.Count);

    [Theory]
    [InlineData("up.listen", "127.0.0.1")]
    [InlineData("up.listen", "9464")]
    [InlineData("up.listen", "localhost:9464")]
    [InlineData("up.listen", "::1:9464")]
    [InlineData("up.listen", "127.0.0.1:65536")]
    [InlineData("up.listen", "unix:monitoring.sock")]
    [InlineData("up.listen", "unix:/a/path/that/is/longer/than/a/unix/socket/can/have/which/is/a/hundred/and/seven/bytes/in/every/unix/there/is")]
    [InlineData("up.memory-overcommit", "0")]
    [InlineData("up.memory-overcommit", "150%")]
    [InlineData("up.drain", "kill")]
    public void Settings_of_the_service_that_mean_nothing_are_refused(string name, string value) => Assert.StartsWith(
        $"command line: {name}: must be ",
        Assert.Throws<ConfigurationException>(
            () => Load(_sources with { Flags = new Dictionary<string, string> { [name] = value } })).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("http://github.internal", true)]
    [InlineData("https://github.internal", false)]
    [InlineData("http://127.0.0.1:8080", false)]
    [InlineData("http://localhost:8080/api", false)]
    public void A_token_that_would_travel_in_the_clear_is_warned_of(string url, bool warned)
    {
        var settings = Load(_sources with { Flags = new Dictionary<string, string> { ["github.api-url"] = url } });

        Assert.Equal(warned ? 1 : 0, settings.Warnings.Count);
    }

    [Fact]
    public void The_process_has_sources()
    {
        var sources = HostSettingsSources.OfProcess(new Dictionary<string, string>(), "instances.json", instancesNamed: false);

        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), sources.Environment["PATH"]);
        Assert.Equal(Directory.GetCurrentDirectory(), sources.InstancesDirectory);
    }

    private static HostSettings Load(HostSettingsSources sources) => HostSettings.Load(sources, CompositionRoot.Drivers);

    private void WriteSystem(string text) => File.WriteAllText(Path.Combine(_sources.SystemDirectory, HostSettings.FileName), text);

    private void WriteBeside(string text) => File.WriteAllText(Path.Combine(_sources.InstancesDirectory!, HostSettings.FileName), text);
}

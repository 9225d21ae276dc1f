using Orchestrator.Composition;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Fake;

namespace Orchestrator.Tests.Configuration;

public sealed class MountPlacesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
    private readonly HostSettings _settings;
    private readonly string _instances;

    public MountPlacesTests()
    {
        _instances = Path.Combine(_root, "ci", "instances.json");
        _settings = InstancesText.Settings with
        {
            StateDirectory = Make("var/state"),
            GitHub = new GitHubSettings { Credentials = new GitHubCredentials(fromEnvironment: null, Path.Combine(Make("keys"), "token")) },
        };
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_directory_of_its_own_is_shared()
    {
        Assert.Null(Fault(Make("cache")));
        Assert.Null(Fault(Make("var/state-of-the-art")));
        Assert.Null(Fault(Path.Combine(_root, "not there")));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/etc")]
    [InlineData("/etc/.")]
    [InlineData("/etc/default")]
    [InlineData("/srv/../etc")]
    [InlineData("/proc/self/root")]
    [InlineData("/proc/self/cwd")]
    [InlineData("/dev/shm")]
    [InlineData("/sys")]
    [InlineData("/run")]
    [InlineData("/var/run")]
    [InlineData("/home")]
    [InlineData("/var")]
    [InlineData("/var/lib")]
    [InlineData("/var/lib/dpkg")]
    [InlineData("/var/log")]
    [InlineData("/var/backups")]
    [InlineData("/var/spool")]
    public void The_hosts_own_places_are_shown_to_no_guest(string source) => Assert.NotNull(Fault(source));

    [Theory]
    [InlineData("var/state")]
    [InlineData("var/state/runs")]
    [InlineData("var")]
    [InlineData("keys")]
    [InlineData("")]
    public void Neither_is_what_holds_our_state_or_keys_nor_what_is_above_or_below_it(string source)
    {
        Make("var/state/runs");
        File.WriteAllText(Path.Combine(_root, "keys", "token"), "x");

        Assert.EndsWith(
            " is shown to no guest: name a directory that has nothing else in it, such as /srv/cache",
            Fault(Path.Combine(_root, source)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ci")]
    [InlineData("settings")]
    public void Neither_is_what_holds_the_instances_or_settings_but_what_is_below_them_may_be(string name)
    {
        var directory = Make(name);
        var cache = Make(name + "/cache");
        var settings = _settings with { Files = [Path.Combine(_root, "settings", "host.json")] };

        Assert.Equal(
            $"{directory} has {directory}/{(name == "ci" ? "instances" : "host")}.json in it, which is shown to no guest: "
                + "name a directory that has nothing else in it, such as /srv/cache",
            MountPlaces.FindFault(directory, settings, _instances));
        Assert.Null(MountPlaces.FindFault(cache, settings, _instances));
    }

    [Fact]
    public void Instances_that_a_link_leads_to_are_as_hidden_where_they_really_are()
    {
        File.WriteAllText(Path.Combine(Make("ci-2026"), "machines.json"), "[]");
        File.CreateSymbolicLink(Path.Combine(Make("ci"), "instances.json"), Path.Combine(_root, "ci-2026/machines.json"));

        Assert.Contains("which is shown to no guest", Fault(Make("ci")), StringComparison.Ordinal);
        Assert.Contains("which is shown to no guest", Fault(Make("ci-2026")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_files_that_the_settings_were_read_from_are_known()
    {
        var file = Path.Combine(_root, "host.json");
        File.WriteAllText(file, "{}");
        var settings = HostSettings.Load(
            new HostSettingsSources { SystemDirectory = "/nowhere", IsRoot = true, SettingsFile = file }, CompositionRoot.Drivers);

        Assert.Equal([file], settings.Files);
    }

    [Fact]
    public void The_home_of_any_account_is_shown_to_no_guest_wherever_it_is()
    {
        var home = Make("accounts/ann");
        Make("accounts/ann/.cache/x");
        Make("accounts/ann/.ssh");
        File.CreateSymbolicLink(Path.Combine(_root, "bob"), Make("disk/bob"));
        var accounts = Path.Combine(_root, "passwd");
        File.WriteAllText(
            accounts, $"ann:x:1000:1000:Ann,,,:{home}/:/bin/sh\nbob:x:1001:1001::{_root}/bob:/bin/sh\nbin:x:2:2:bin:/bin:/x\nlist:x:3:3::/:/x\nno:x:4\n\n+::::::\n");

        Assert.Equal($"{home} is somebody's home, with keys and passwords in it: name a directory below it that has nothing else", FaultOf("accounts/ann"));
        Assert.Equal(
            $"{_root}/accounts has {home} in it, which is somebody's home: name a directory that has nothing else in it, such as /srv/cache", FaultOf("accounts"));
        Assert.StartsWith($"{home}/.ssh is where programs keep their settings and keys", FaultOf("accounts/ann/.ssh"), StringComparison.Ordinal);
        Assert.StartsWith($"{_root}/disk/bob is somebody's home", FaultOf("bob"), StringComparison.Ordinal);
        Assert.Null(FaultOf("accounts/ann/.cache/x"));
        Assert.Null(FaultOf("cache"));
        Assert.Null(MountPlaces.FindFault("/usr", _settings, _instances, accounts));

        string? FaultOf(string name) => MountPlaces.FindFault(Make(name), _settings, _instances, accounts);
    }

    [Fact]
    public void A_link_is_judged_by_where_it_leads()
    {
        var link = Path.Combine(_root, "link");
        File.CreateSymbolicLink(link, "/etc");

        Assert.Equal(
            "/etc is shown to no guest: name a directory that has nothing else in it, such as /srv/cache", Fault(link));
        Assert.Equal(
            "/etc/default is in /etc, which is shown to no guest: name a directory that has nothing else in it, such as /srv/cache",
            Fault(Path.Combine(link, "default")));
    }

    [Fact]
    public void What_others_may_write_to_or_exchange_is_not_trusted()
    {
        var cache = Make("cache/deep");
        File.SetUnixFileMode(cache, (UnixFileMode)0b111_101_111);
        Assert.Equal($"not trusted: others may write to {cache}: chmod go-w {cache}", Fault(cache));

        File.SetUnixFileMode(cache, (UnixFileMode)0b111_101_101);
        Assert.Null(Fault(cache));

        File.SetUnixFileMode(Path.GetDirectoryName(cache)!, (UnixFileMode)0b111_101_111);
        Assert.StartsWith("not trusted: ", Fault(cache), StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_without_mounts_and_a_place_that_is_not_shared_are_refused_by_instance_and_item()
    {
        var poor = FakeDriver.Registration with { Capabilities = FakeDriver.Registration.Capabilities with { SharesDirectories = false } };
        var instance = InstancesText.One($$"""
            "mounts": [{ "source": "{{Make("cache")}}", "tag": "a" }, { "source": "/etc", "tag": "b" }]
            """);

        Assert.Equal(
            "/srv/ci/instances.json:1: [0]: instance \"vm-1\": mounts[1]: /etc is shown to no guest: name a directory that has nothing else in it, such as /srv/cache",
            Assert.Throws<ConfigurationException>(() => _settings.RequireSupport(instance)).Message);
        Assert.Equal(
            "/srv/ci/instances.json:1: [0]: instance \"vm-1\": the driver fake has no mounts: remove \"mounts\", or name another driver",
            Assert.Throws<ConfigurationException>(() => new HostSettings([.. CompositionRoot.Drivers, poor]).RequireSupport(instance with { Driver = "fake" })).Message);
    }

    private string? Fault(string source) => MountPlaces.FindFault(source, _settings, _instances);

    private string Make(string name) => Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
}

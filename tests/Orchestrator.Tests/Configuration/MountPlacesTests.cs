using Orchestrator.Composition;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Fake;

namespace Orchestrator.Tests.Configuration;

public sealed class MountPlacesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
    private readonly HostSettings _settings;

    public MountPlacesTests() => _settings = InstancesText.Settings with
    {
        StateDirectory = Make("var/state"),
        GitHub = new GitHubSettings { Credentials = new GitHubCredentials(fromEnvironment: null, Path.Combine(Make("keys"), "token")) },
    };

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_directory_of_its_own_is_shared()
    {
        Assert.Null(MountPlaces.FindFault(Make("cache"), _settings));
        Assert.Null(MountPlaces.FindFault(Make("var/state-of-the-art"), _settings));
        Assert.Null(MountPlaces.FindFault(Path.Combine(_root, "not there"), _settings));
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
    public void The_hosts_own_places_are_shown_to_no_guest(string source) => Assert.NotNull(MountPlaces.FindFault(source, _settings));

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
            MountPlaces.FindFault(Path.Combine(_root, source), _settings),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_is_judged_by_where_it_leads()
    {
        var link = Path.Combine(_root, "link");
        File.CreateSymbolicLink(link, "/etc");

        Assert.Equal(
            "/etc is shown to no guest: name a directory that has nothing else in it, such as /srv/cache", MountPlaces.FindFault(link, _settings));
        Assert.Equal(
            "/etc/default is in /etc, which is shown to no guest: name a directory that has nothing else in it, such as /srv/cache",
            MountPlaces.FindFault(Path.Combine(link, "default"), _settings));
    }

    [Fact]
    public void What_others_may_write_to_or_exchange_is_not_trusted()
    {
        var cache = Make("cache/deep");
        File.SetUnixFileMode(cache, (UnixFileMode)0b111_101_111);
        Assert.Equal($"not trusted: others may write to {cache}: chmod go-w {cache}", MountPlaces.FindFault(cache, _settings));

        File.SetUnixFileMode(cache, (UnixFileMode)0b111_101_101);
        Assert.Null(MountPlaces.FindFault(cache, _settings));

        File.SetUnixFileMode(Path.GetDirectoryName(cache)!, (UnixFileMode)0b111_101_111);
        Assert.StartsWith("not trusted: ", MountPlaces.FindFault(cache, _settings), StringComparison.Ordinal);
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

    private string Make(string name) => Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
}

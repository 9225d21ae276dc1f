using Orchestrator.Drivers;
using Orchestrator.Service.Instances;
using Orchestrator.Tests.Configuration;

namespace Orchestrator.Tests.Service.Instances;

public sealed class InstanceVersionTests
{
    [Fact]
    public void Another_runner_is_another_version_wherever_it_stands()
    {
        string[] runners =
        [
            "\"config\": {}",
            """ "config": {}, "github": { "runner": "acme" } """,
            """ "config": {}, "github": { "runner": "acme/site" } """,
            """ "config": {}, "github": { "runner": "acme", "labels": ["a", "b"] } """,
            """ "config": {}, "github": { "runner": "acme", "labels": ["b", "a"] } """,
            """ "config": {}, "github": { "runner": "acme", "group": "a" } """,
            """ "config": {}, "github": { "runner": "acme", "name": "a" } """,
        ];

        Assert.Distinct(runners.Select(VersionOf));
        Assert.Equal(VersionOf(runners[1]), VersionOf("""

            "github": {"runner": "acme"}, "config": {}
            """));
    }

    [Fact]
    public void Another_limit_is_another_version()
    {
        string[] limits =
        [
            "\"config\": {}",
            """ "config": {}, "idle-timeout-seconds": 60 """,
            """ "config": {}, "idle-timeout-seconds": 61 """,
            """ "config": {}, "config-deadline-seconds": 60 """,
            """ "config": {}, "idle-timeout-seconds": 60, "timeout-from": "job" """,
        ];

        Assert.Distinct(limits.Select(VersionOf));
        Assert.Equal(VersionOf(limits[0]), VersionOf(""" "config": {}, "timeout-from": "start" """));
    }

    [Fact]
    public void Another_seed_for_cloud_init_is_another_version() => Assert.Distinct(((string[])
    [
        "\"config\": {}",
        """ "config": {}, "cloud-init": {} """,
        """ "config": {}, "cloud-init": { "user-data": "#cloud-config" } """,
        """ "config": {}, "cloud-init": { "user-data": {} } """,
    ]).Select(VersionOf));

    [Fact]
    public void Other_mounts_are_another_version_and_none_is_what_there_was_before_there_were_any()
    {
        Assert.Distinct(((string[])
        [
            "\"mounts\": []",
            """ "mounts": [{ "source": "/a", "tag": "a" }] """,
            """ "mounts": [{ "source": "/a", "tag": "b" }] """,
            """ "mounts": [{ "source": "/b", "tag": "a" }] """,
            """ "mounts": [{ "source": "/a", "tag": "a" }, { "source": "/b", "tag": "b" }] """,
            """ "mounts": [{ "source": "/b", "tag": "b" }, { "source": "/a", "tag": "a" }] """,
        ]).Select(VersionOf));
        Assert.Equal(VersionOf("\"config\": {}"), VersionOf("\"mounts\": []"));
    }

    private static string VersionOf(string more) => InstanceVersion.Of(InstancesText.One(more), AcceleratorPreference.Tcg);
}

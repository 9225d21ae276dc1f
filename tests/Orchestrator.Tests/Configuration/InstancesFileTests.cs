using System.Text;
using System.Text.Json;
using CsCheck;
using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.Tests.Configuration;

public sealed class InstancesFileTests
{
    private const string Documented =
        """
        [ { "name": "vm-1", "image": "../images/ubuntu/build/ubuntu-amd64.qcow2", "cpu-cores": 4, "ram": "4G", "root-disk": "80G",
            "timeout-seconds": 14400, "ssh-port": 2201,
            "config": { "repo": "rust-lang-ci/rust", "token": "${{ gha-install-token:rust-lang-ci/rust }}", "whitelisted-event": "push" } },
          { "name": "vm-1", "image": "../images/ubuntu/build/ubuntu-amd64.qcow2", "cpu-cores": 2, "ram": "2G", "root-disk": "20G",
            "timeout-seconds": 14400, "ssh-port": 2202,
            "config": { "repo": "rust-lang-ci/rust", "token": "${{ gha-install-token:rust-lang-ci/rust }}", "whitelisted-event": "push" } } ]
        """;

    [Fact]
    public void The_documented_example_loads_its_first_instance_and_warns_of_the_second()
    {
        var file = InstancesText.Load(Documented);

        var instance = Assert.Single(file.Instances);
        Assert.Equal("vm-1", instance.Name);
        Assert.Equal("/srv/images/ubuntu/build/ubuntu-amd64.qcow2", instance.Machine.BaseImagePath);
        Assert.Equal(4, instance.Machine.Processors);
        Assert.Equal(4L << 30, instance.Machine.MemoryBytes);
        Assert.Equal(80L << 30, instance.Machine.RootDiskBytes);
        Assert.Equal(TimeSpan.FromHours(4), instance.Timeout);
        Assert.Equal(2201, instance.SshPort);
        Assert.Equal("push", instance.Config.GetProperty("whitelisted-event").GetString());
        Assert.Equal("qemu", instance.Driver);
        Assert.Equal(NetworkMode.Internet, instance.Machine.Network);
        Assert.Equal(RebootAction.Restart, instance.Machine.OnReboot);
        Assert.Equal(
            ["/srv/ci/instances.json:4: [1]: the name \"vm-1\" is taken by the instance on line 1: the first one counts; rename one of the two"],
            file.Warnings);
    }

    [Fact]
    public void A_long_running_host_refuses_duplicate_names() => Assert.Equal(
        ["instances.json:4: [1]: the name \"vm-1\" is taken by the instance on line 1: rename one of the two"],
        InstancesText.Problems(Documented, refuseDuplicates: true));

    [Fact]
    public void The_optional_keys_are_read()
    {
        var instance = InstancesText.One("""
            "arch": "aarch64", "driver": "libvirt", "network": "restricted", "on-reboot": "shutdown"
            """);

        Assert.Equal(GuestArchitecture.Arm64, instance.Machine.Architecture);
        Assert.Equal("libvirt", instance.Driver);
        Assert.Equal(NetworkMode.Restricted, instance.Machine.Network);
        Assert.Equal(RebootAction.Shutdown, instance.Machine.OnReboot);
        Assert.Equal("{}", instance.Config.GetRawText());
        Assert.Null(instance.SshPort);
    }

    [Fact]
    public void Port_zero_means_that_a_port_is_chosen() => Assert.Null(InstancesText.One("\"ssh-port\": 0").SshPort);

    [Fact]
    public void A_config_is_kept_as_it_was_written()
    {
        const string Config = """{"a": 1e400, "b": [1.0, 12345678901234567890, -0, null, true], "ü\u0000": "\u00e9 é 😀", "": {"": []}}""";

        Assert.Equal(Config, InstancesText.One($"\"config\": {Config}").Config.GetRawText());
    }

    [Fact]
    public void Every_problem_is_named_with_its_line_and_path()
    {
        var problems = InstancesText.Problems(
            """
            [
              {
                "name": "../etc",
                "cpu_cores": 4,
                "cpu-cores": "four",
                "ram": "4GB",
                "root-disk": 1000,
                "timeout-seconds": 0,
                "ssh-port": 65536,
                "config": []
              },
              7
            ]
            """);

        Assert.Equal(
            [
                "instances.json:2: [0]: the key \"image\" is missing: Path of the base image, a qcow2 file, relative to this file's directory; or catalogue:NAME for one of the images.json beside this file. It is never written to",
                "instances.json:3: [0].name: must be 1 to 63 ASCII letters, digits, '.', '_' or '-', the first a letter or a digit, not \"../etc\"",
                "instances.json:4: [0]: unknown key \"cpu_cores\": did you mean \"cpu-cores\"?",
                "instances.json:5: [0].cpu-cores: must be a whole number from 1 to 512, not \"four\"",
                "instances.json:6: [0].ram: must be a size from 16M to 16T, such as \"4G\" or \"512M\", not \"4GB\": write \"4G\"",
                "instances.json:7: [0].root-disk: must be a size from 1M to 1P, such as \"4G\" or \"512M\", not 1000",
                "instances.json:8: [0].timeout-seconds: must be a whole number of seconds from 1 to 2592000, not 0",
                "instances.json:9: [0].ssh-port: must be a whole number from 0 to 65535, not 65536",
                "instances.json:10: [0].config: must be an object ({ … }), not an array",
                "instances.json:12: [1]: must be an object ({ … }), not 7",
            ],
            problems);
    }

    [Theory]
    [InlineData("name", "\"\"")]
    [InlineData("name", "\"-rf\"")]
    [InlineData("name", "\".hidden\"")]
    [InlineData("name", "\"a/b\"")]
    [InlineData("name", "\"..\"")]
    [InlineData("name", "\"a,b\"")]
    [InlineData("name", "\"a b\"")]
    [InlineData("name", "\"a\\nb\"")]
    [InlineData("name", "\"vm\\n\"")]
    [InlineData("name", "\"a\\\"b\"")]
    [InlineData("name", "\"a'b\"")]
    [InlineData("name", "\"é\"")]
    [InlineData("name", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"")]
    [InlineData("name", "null")]
    [InlineData("name", "1")]
    [InlineData("image", "\"\"")]
    [InlineData("image", "\"a\\u0000b\"")]
    [InlineData("backing", "\"base.qcow2\"")]
    [InlineData("backing", "[\"base.qcow2\", \"\"]")]
    [InlineData("backing", "[1]")]
    [InlineData("backing", "null")]
    [InlineData("cpu-cores", "0")]
    [InlineData("cpu-cores", "-1")]
    [InlineData("cpu-cores", "1.5")]
    [InlineData("cpu-cores", "\"4\"")]
    [InlineData("cpu-cores", "513")]
    [InlineData("cpu-cores", "1e400")]
    [InlineData("ram", "\"8M\"")]
    [InlineData("ram", "\"1000000K\"")]
    [InlineData("ram", "\"\"")]
    [InlineData("ram", "\"G\"")]
    [InlineData("ram", "\"-4G\"")]
    [InlineData("ram", "\"4 G\"")]
    [InlineData("ram", "\"9999999999999999999E\"")]
    [InlineData("ram", "true")]
    [InlineData("root-disk", "1048577")]
    [InlineData("root-disk", "\"1.5\"")]
    [InlineData("timeout-seconds", "2592001")]
    [InlineData("ssh-port", "-1")]
    [InlineData("ssh-port", "null")]
    [InlineData("arch", "\"x64\"")]
    [InlineData("driver", "\"xen\"")]
    [InlineData("network", "\"bridge\"")]
    [InlineData("on-reboot", "\"Restart\"")]
    [InlineData("config", "null")]
    [InlineData("config", "\"text\"")]
    [InlineData("github", "\"acme/site\"")]
    [InlineData("cloud-init", "\"#cloud-config\"")]
    public void A_value_that_cannot_be_meant_is_one_problem_on_one_line(string key, string json)
    {
        var problem = Assert.Single(InstancesText.Problems(InstancesText.With(key, json)));

        Assert.StartsWith($"instances.json:1: [0].{key}: must be ", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "runner": "acme/site" }""", "acme/site")]
    [InlineData("""{ "name": "fast", "labels": ["self-hosted", "gpu=a b"], "runner": "acme", "group": "Big, bigger" }""", "acme;labels=self-hosted,gpu=a b;group=Big, bigger;name=fast")]
    [InlineData("""{ "runner": "enterprises/acme", "labels": ["${{ x:y }}"] }""", "enterprises/acme;labels=${{ x:y }}")]
    public void A_runner_is_what_a_call_with_these_options_would_ask_for(string json, string argument)
    {
        var runner = InstancesText.One($"\"github\": {json}").Runner!;

        Assert.Equal(argument, runner.ToString());
        Assert.Equivalent(runner, JitRunner.Parse(argument), strict: true);
        Assert.Null(InstancesText.One("\"config\": {}").Runner);
    }

    [Fact]
    public void What_a_runner_cannot_be_is_named_with_its_line_and_key()
    {
        var problems = InstancesText.Problems(
            $$"""
            [{ {{InstancesText.Keys}}, "github": {
                "runner": "acme/site/more",
                "labels": ["x",
                    "y;name=z"],
                "group": "",
                "name": "a;labels=b",
                "lables": ["x"]
              } },
              { {{InstancesText.Keys}}, "github": { "labels": [] } },
              { {{InstancesText.Keys}}, "github": {
                "runner": "acme/site", "name": " x",
                "labels": ["a,b"],
                "group": "Big"
              } },
              { {{InstancesText.Keys}}, "github.runner": "acme/site" }]
            """);

        const string name = "a name of 1 to 256 characters without ';', and without blanks at its ends";
        const string label = "a label of 1 to 256 characters without ',' and ';', and without blanks at its ends";
        const string missing = "the key \"runner\" is missing: Whose runner it is: a repository's, an organization's or an enterprise's";
        Assert.Equal(
            [
                "instances.json:2: [0].github.runner: must be OWNER/REPO, ORG or enterprises/NAME, as in its address, not \"acme/site/more\"",
                $"instances.json:3: [0].github.labels: must be {label}, not \"y;name=z\"",
                $"instances.json:5: [0].github.group: must be {name}, not \"\"",
                $"instances.json:6: [0].github.name: must be {name}, not \"a;labels=b\"",
                "instances.json:7: [0].github: unknown key \"lables\": did you mean \"labels\"?",
                "instances.json:9: [1].github.labels: must be an array of labels, such as [\"self-hosted\", \"linux\", \"x64\"], from 1 to 100, not 0",
                $"instances.json:9: [1].github: {missing}",
                $"instances.json:11: [2].github.name: must be {name}, not \" x\"",
                $"instances.json:12: [2].github.labels: must be {label}, not \"a,b\"",
                "instances.json:13: [2].github.group: a repository has one group of runners only: leave it out, or name the organization \"acme\" instead",
                "instances.json:15: [3]: unknown key \"github.runner\": did you mean \"github\"?",
            ],
            problems);
    }

    [Fact]
    public void What_cloud_init_cannot_be_told_is_named_with_its_line_and_key()
    {
        var problems = InstancesText.Problems(
            $$"""
            [{ {{InstancesText.Keys}}, "cloud-init": {
                "user-data": 7,
                "meta-data": [],
                "network-config": null,
                "userdata": ""
              } },
              { {{InstancesText.Keys}}, "cloud-init": {
                "user-data": "{{new string('x', (1 << 20) + 1)}}" } },
              { {{InstancesText.Keys}}, "cloud-init.user-data": "" }]
            """);

        Assert.Equal(
            [
                "instances.json:2: [0].cloud-init.user-data: must be a text, an object ({ … }) or an array ([ … ]), not 7",
                "instances.json:3: [0].cloud-init.meta-data: must be a text or an object ({ … }), not an array",
                "instances.json:4: [0].cloud-init.network-config: must be a text or an object ({ … }), not null",
                "instances.json:5: [0].cloud-init: unknown key \"userdata\": did you mean \"user-data\"?",
                "instances.json:8: [1].cloud-init.user-data: must have 1024 KiB at most, not 1025: have the guest fetch what is large",
                "instances.json:9: [2]: unknown key \"cloud-init.user-data\": did you mean \"cloud-init\"?",
            ],
            problems);
    }

    [Fact]
    public void Mounts_are_read_in_order_and_relative_to_the_file()
    {
        var instance = InstancesText.One("""
            "mounts": [{ "source": "/srv/cache", "tag": "cache", "read-only": true }, { "tag": "b", "source": "../b" }]
            """);

        Assert.Equal([new Mount("/srv/cache", "cache"), new Mount("/srv/b", "b")], instance.Machine.Mounts);
        Assert.Empty(InstancesText.One("\"mounts\": []").Machine.Mounts);
    }

    [Fact]
    public void What_cannot_be_mounted_is_named_with_its_line_and_key()
    {
        var problems = InstancesText.Problems(
            $$"""
            [{ {{InstancesText.Keys}}, "mounts": [
                { "source": "/a", "tag": "a",
                  "read-only": false },
                { "source": "", "tag": "-b" },
                7,
                { "source": "/b", "tag": "a", "readonly": true },
                { "tag": "{{new string('x', 32)}}" }
              ] },
              { {{InstancesText.Keys}}, "mounts": {} },
              { {{InstancesText.Keys}}, "mounts": [{{string.Join(',', Enumerable.Range(0, 9).Select(tag => $$"""{"source":"/a","tag":"{{tag}}"}"""))}}] }]
            """);

        const string tag = "must be 1 to 31 ASCII letters, digits, '.', '_' or '-', the first a letter or a digit";
        Assert.Equal(
            [
                "instances.json:3: [0].mounts[0].read-only: must be true, not false: what one guest leaves there, the next one would find",
                "instances.json:4: [0].mounts[1].source: must be a path, not empty and without NUL, not \"\"",
                $"instances.json:4: [0].mounts[1].tag: {tag}, not \"-b\"",
                "instances.json:5: [0].mounts[2]: must be an object ({ … }), not 7",
                "instances.json:6: [0].mounts[3]: unknown key \"readonly\": did you mean \"read-only\"?",
                "instances.json:6: [0].mounts[3].tag: \"a\" is taken by [0].mounts[0]: name another",
                $"instances.json:7: [0].mounts[4].tag: {tag}, not \"{new string('x', 32)}\"",
                "instances.json:7: [0].mounts[4]: the key \"source\" is missing: The directory, relative to this file's; root's or this user's, as every directory above it, "
                    + "and closed to others' writing",
                "instances.json:9: [1].mounts: must be an array of objects ([{ … }]), not an object",
                "instances.json:10: [2].mounts: must be an array of objects ([{ … }]), 8 at most, not 9",
            ],
            problems);
    }

    [Fact]
    public void A_user_data_that_cloud_init_does_nothing_with_is_warned_of()
    {
        var file = InstancesText.Load($$"""
            [{ {{InstancesText.Keys}}, "cloud-init": {
              "user-data": "runcmd: []" } }]
            """);

        Assert.Equal(
            "/srv/ci/instances.json:2: [0].cloud-init.user-data: cloud-init does nothing with a text that does not begin with one of the lines by which it knows what "
                + "it is: begin it with \"#cloud-config\", or \"#!\" and the path of an interpreter",
            Assert.Single(file.Warnings));
        Assert.Empty(InstancesText.Load($"[{{ {InstancesText.Keys}, \"cloud-init\": {{ \"user-data\": \"${{{{ file:/x }}}}\" }} }}]").Warnings);
    }

    [Theory]
    [InlineData("\"a,b.qcow2\"", "/srv/ci/a,b.qcow2")]
    [InlineData("\"with space: colon.qcow2\"", "/srv/ci/with space: colon.qcow2")]
    [InlineData("\"line\\nbreak\"", "/srv/ci/line\nbreak")]
    [InlineData("\"/abs/../x\"", "/x")]
    [InlineData("\"--help\"", "/srv/ci/--help")]
    [InlineData("\"ü/é\"", "/srv/ci/ü/é")]
    public void Odd_image_paths_are_kept_exactly(string json, string path) =>
        Assert.Equal(path, Assert.Single(InstancesText.Load(InstancesText.With("image", json)).Instances).Machine.BaseImagePath);

    [Fact]
    public void What_an_image_may_be_backed_by_is_relative_to_the_file_too() => Assert.Equal(
        ["/srv/ci/base.qcow2", "/abs.qcow2"],
        Assert.Single(InstancesText.Load(InstancesText.With("backing", "[\"base.qcow2\", \"/abs.qcow2\"]")).Instances).Machine.BackingImagePaths);

    [Fact]
    public void A_tilde_is_taken_literally_and_warned_of()
    {
        var file = InstancesText.Load(InstancesText.With("image", "\"~/a.qcow2\""));

        Assert.Equal("/srv/ci/~/a.qcow2", Assert.Single(file.Instances).Machine.BaseImagePath);
        Assert.Contains("'~' is not expanded", Assert.Single(file.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_without_a_network_is_warned_of() => Assert.Contains(
        "ssh-port: ignored",
        Assert.Single(InstancesText.Load($"[{{{InstancesText.Keys}, \"network\": \"none\", \"ssh-port\": 22}}]").Warnings),
        StringComparison.Ordinal);

    [Fact]
    public void A_limit_that_counts_from_the_job_needs_one_for_the_waiting()
    {
        Assert.Contains(
            "needs \"idle-timeout-seconds\"", Assert.Single(InstancesText.Problems($"[{{{InstancesText.Keys}, \"timeout-from\": \"job\"}}]")), StringComparison.Ordinal);
        var read = InstancesText.One("\"timeout-from\": \"job\", \"idle-timeout-seconds\": 60, \"config-deadline-seconds\": 30");
        Assert.Equal((true, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(30)), (read.TimeoutFromJob, read.IdleTimeout, read.ConfigTimeout));
    }

    [Theory]
    [InlineData("memory-size")]
    [InlineData("ssh_prot", "ssh-port")]
    [InlineData("timeout", "timeout-seconds")]
    [InlineData("cores", "cpu-cores")]
    [InlineData("cpuCores", "cpu-cores")]
    [InlineData("disk", "root-disk")]
    [InlineData("architecture", "arch")]
    [InlineData("RAM", "ram")]
    [InlineData("imge", "image")]
    public void An_unknown_key_is_answered_with_the_near_one_or_with_all(string key, string? near = null)
    {
        var problem = Assert.Single(InstancesText.Problems($"[{{{InstancesText.Keys}, \"{key}\": 1}}]"));

        Assert.EndsWith(
            near is null
                ? "known keys: name, image, cpu-cores, ram, root-disk, timeout-seconds, timeout-from, idle-timeout-seconds, config-deadline-seconds, backing, ssh-port, config, cloud-init, github, arch, driver, network, allow, on-reboot, mounts"
                : $"did you mean \"{near}\"?",
            problem,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_lookup_that_fails_lists_the_names()
    {
        var file = InstancesText.Load($"[{{{InstancesText.Keys}}}, {{{InstancesText.Keys.Replace("vm-1", "demo", StringComparison.Ordinal)}}}]");

        Assert.Equal("demo", file.Find("demo").Name);
        Assert.Equal(
            "/srv/ci/instances.json: no instance \"vm1\": did you mean \"vm-1\"? There are: vm-1, demo",
            Assert.Throws<ConfigurationException>(() => file.Find("vm1")).Message);
        Assert.Equal(
            "/srv/ci/instances.json: no instance \"other\\nthing\": there are: vm-1, demo",
            Assert.Throws<ConfigurationException>(() => file.Find("other\nthing")).Message);
        Assert.Contains(
            "has none at all",
            Assert.Throws<ConfigurationException>(() => InstancesText.Load("[]").Find("x")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_a_directory_a_device_and_a_long_file_are_refused()
    {
        var directory = Directory.CreateTempSubdirectory("orchestrator-test-");
        try
        {
            var missing = Path.Combine(directory.FullName, "instances.json");
            Assert.Contains("no such file", Refusal(missing), StringComparison.Ordinal);
            Assert.Contains("it is a directory", Refusal(directory.FullName), StringComparison.Ordinal);
            Assert.Contains("it is a character device", Refusal("/dev/zero"), StringComparison.Ordinal);
            using (var sparse = File.Create(missing))
            {
                sparse.SetLength(SourceFile.MaximumBytes + 1);
            }

            Assert.Contains("longer than 16 MiB: is it the right file?", Refusal(missing), StringComparison.Ordinal);
            Assert.DoesNotContain('\0', Refusal("a\0b"));
        }
        finally
        {
            directory.Delete(recursive: true);
        }

        static string Refusal(string path) => Assert.Throws<ConfigurationException>(() => InstancesFile.Load(path, InstancesText.Settings)).Message;
    }

    [Fact]
    public void A_file_of_thousands_of_mistakes_gives_a_readable_number_of_lines()
    {
        var problems = InstancesText.Problems($"[{string.Join(',', Enumerable.Repeat("{}", 1000))}]");

        Assert.Equal(51, problems.Length);
        Assert.Equal("… and 5950 more", problems[^1]);
    }

    [Fact]
    public void A_config_of_a_megabyte_loads()
    {
        var value = new string('x', 1 << 20);

        Assert.Equal(value, InstancesText.One($"\"config\": {{\"big\": \"{value}\"}}").Config.GetProperty("big").GetString());
    }

    [Fact]
    public void The_committed_instances_file_holds_the_demo()
    {
        var instance = Assert.Single(InstancesFile.Load(Path.Combine(RepositoryRoot.Path, "instances.json"), InstancesText.Settings, refuseDuplicates: true).Instances);

        Assert.Equal("demo", instance.Name);
        Assert.Equal(Path.Combine(RepositoryRoot.Path, "artifacts/images/tiny-x86_64.qcow2"), instance.Machine.BaseImagePath);
        Assert.Equal(JsonValueKind.Number, instance.Config.GetProperty("tiny").GetProperty("stay-up-seconds").ValueKind);
    }

    [Fact]
    public void Arbitrary_bytes_load_or_are_refused() => Check.Sample(
        Gen.Byte.Array[0, 60],
        bytes =>
        {
            try
            {
                InstancesFile.Parse(bytes, "x.json", InstancesText.Settings);
            }
            catch (ConfigurationException exception)
            {
                Assert.DoesNotContain(exception.Message, character => char.IsControl(character) && character != '\n');
            }
        });

    [Fact]
    public void Broken_documents_are_refused_without_any_other_exception() => Check.Sample(
        Gen.Select(Gen.Int[0, Documented.Length - 1], Gen.Int[0, 127]),
        change =>
        {
            var bytes = Encoding.UTF8.GetBytes(Documented);
            bytes[change.Item1] = (byte)change.Item2;
            try
            {
                InstancesFile.Parse(bytes, "x.json", InstancesText.Settings);
            }
            catch (ConfigurationException exception)
            {
                Assert.StartsWith("x.json:", exception.Message, StringComparison.Ordinal);
            }
        });
}

using Orchestrator.Cli;
using Orchestrator.Composition;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Fake;
using Orchestrator.Drivers.Host.Tests.Images;
using Orchestrator.State;

namespace Orchestrator.Tests.Cli;

/// <summary>
/// The whole program with one driver more, of which nothing was written anywhere but its registration: adding a driver is that, as CONTRIBUTING says.
/// </summary>
[Collection(nameof(AloneCollection))]
public sealed class AnotherDriverTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
    private readonly StringWriter _said = new();
    private readonly FakeDriver _driver = new();
    private DriverContext? _context;

    public AnotherDriverTests()
    {
        Console.SetError(_said);
        File.WriteAllBytes(PathOf("base.qcow2"), new Qcow2Builder().Build());
        Describe("open");
    }

    private DriverRegistration Registration => FakeDriver.Registration with
    {
        Capabilities = FakeDriver.Registration.Capabilities with { Networks = [NetworkMode.Open, NetworkMode.Restricted] },
        Settings =
        [
            new DriverSetting("moon", DriverSettingKind.Text, "a phase of the moon", "When guests are played", "new"),
            new DriverSetting("script", DriverSettingKind.Path, "a path", "What guests are played by"),
        ],
        Files = [new DriverFile("fake.json", DriverFileRole.Note), new DriverFile("fake.log", DriverFileRole.Evidence), new DriverFile("fake.sock", DriverFileRole.Runtime)],
        Template = new DriverTemplate("play", () => "a play"),
        Create = context =>
        {
            _context = context;
            return _driver;
        },
    };

    public void Dispose()
    {
        Console.SetError(new StreamWriter(Console.OpenStandardError()) { AutoFlush = true });
        _said.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Its_instances_run_with_its_settings()
    {
        File.WriteAllText(PathOf(HostSettings.FileName), """{"driver": "fake", "fake": {"script": "play.txt"}}""");
        _driver.Script = guest =>
        {
            guest.OpenTray();
            guest.ShutDown();
            return Task.CompletedTask;
        };

        Assert.Equal(ExitCode.Success, await InvokeAsync("run", "vm-1"));

        Assert.Equal(new Dictionary<string, string> { ["moon"] = "new", ["script"] = PathOf("play.txt") }, _context!.Settings);
        Assert.Equal(PathOf("state/runs"), _context.RunsDirectory);
        Assert.Empty(_driver.Host.Machines);
        var summary = RunSummary.Read(Path.Combine(Assert.Single(Directory.GetDirectories(PathOf("state/history"))), RunHistory.Summary));
        Assert.Equal("fake", summary!.Driver);
    }

    [Fact]
    public async Task Of_a_run_that_failed_its_evidence_is_kept_and_its_sockets_are_not()
    {
        _driver.WhilePreparing = async (spec, token) =>
        {
            await File.WriteAllTextAsync(Path.Combine(spec.RunDirectory, "fake.log"), "", token);
            await File.WriteAllTextAsync(Path.Combine(spec.RunDirectory, "fake.sock"), "", token);
        };
        _driver.Script = guest =>
        {
            guest.Panic();
            return Task.CompletedTask;
        };

        Assert.Equal(ExitCode.Crash, await InvokeAsync("run", "vm-1", "--driver", "fake"));

        var kept = Directory.GetFiles(Assert.Single(Directory.GetDirectories(PathOf("state/history")))).Select(Path.GetFileName).ToList();
        Assert.Contains("fake.log", kept);
        Assert.DoesNotContain("fake.sock", kept);
    }

    [Theory]
    [InlineData("validate")]
    [InlineData("doctor")]
    [InlineData("list")]
    [InlineData("gc")]
    [InlineData("template", "play")]
    [InlineData("schema")]
    public async Task Every_command_knows_it(params string[] command) =>
        Assert.Equal(ExitCode.Success, await InvokeAsync([.. command, "--driver", "fake"]));

    [Theory]
    [InlineData("validate")]
    [InlineData("run", "vm-1")]
    [InlineData("up")]
    public async Task What_it_cannot_do_is_refused_before_anything_is_made(params string[] command)
    {
        Describe("none");

        Assert.Equal(ExitCode.Usage, await InvokeAsync([.. command, "--driver", "fake"]));

        Assert.Equal(
            $"error: {PathOf("instances.json")}:1: [0]: instance \"vm-1\": the driver fake has no network \"none\", but \"open\", \"restricted\": "
                + "change \"network\", or name another driver\n",
            _said.ToString());
        Assert.False(Directory.Exists(PathOf("state/runs")) && Directory.EnumerateFileSystemEntries(PathOf("state/runs")).Any());
    }

    [Fact]
    public async Task The_doctor_examines_the_default_and_every_driver_that_instances_name_each_once()
    {
        var examined = 0;
        Describe("open", driver: "fake");
        _driver.WhileProbing = () => examined++;
        _driver.Report = new([new HostCheck("moon", HostCheckOutcome.Failed, "full")]);
        var idle = FakeDriver.Registration with { Name = "idle" };

        Assert.Equal(ExitCode.Host, await new CommandLine(0, [idle, Registration]).InvokeAsync(["doctor", .. Shared]));
        Assert.Equal(1, examined);
        Assert.Equal(ExitCode.Success, await new CommandLine(0, [idle, Registration]).InvokeAsync(["doctor", "--driver", "idle", .. Shared]));
        Assert.Equal(1, examined);
    }

    [Fact]
    public async Task A_word_that_is_no_driver_is_told_the_names_of_all()
    {
        Assert.Equal(ExitCode.Usage, await InvokeAsync("list", "--driver", "fkae"));

        Assert.Equal(
            "error: command line: driver: must be one of \"qemu\", \"libvirt\", \"fake\", not \"fkae\": did you mean \"fake\"?\n", _said.ToString());
    }

    private string[] Shared => ["--file", PathOf("instances.json"), "--state-dir", PathOf("state")];

    private Task<int> InvokeAsync(params string[] command) =>
        new CommandLine(0, [.. CompositionRoot.Drivers, Registration]).InvokeAsync([.. command, .. Shared]);

    private string PathOf(string name) => Path.Combine(_root, name);

    private void Describe(string network, string? driver = null) => File.WriteAllText(
        PathOf("instances.json"),
        $$"""[{"name": "vm-1", "image": "base.qcow2", "cpu-cores": 1, "ram": "64M", "root-disk": "64M", "timeout-seconds": 60, "network": "{{network}}"{{(driver is null ? "" : $", \"driver\": \"{driver}\"")}}}]""");
}

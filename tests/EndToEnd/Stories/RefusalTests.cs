using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>What is refused: with one clear line, the right exit code, and nothing made.</summary>
public sealed class RefusalTests
{
    [Fact]
    public async Task An_unknown_instance_is_answered_with_the_near_one()
    {
        await using var bench = new Workbench();
        await RefuseAsync(bench, 2, ["run", bench.Name[..^1]], "no instance", $"did you mean \"{bench.Name}\"?");
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("a,b")]
    [InlineData("a\"b")]
    [InlineData("a'b")]
    [InlineData("a\nb")]
    [InlineData("a b")]
    [InlineData("é")]
    [InlineData("")]
    [InlineData(" ")]
    public async Task A_name_that_no_instance_can_have_is_refused_in_the_file_and_on_the_command_line(string name)
    {
        await using var bench = new Workbench();
        await RefuseAsync(bench, 2, ["run", name], "no instance");
        bench.Describe(change: instance => instance["name"] = name);
        await RefuseAsync(bench, 2, ["run", bench.Name], "instances.json:1: [0].name:");
    }

    [Theory]
    [InlineData("-x")]
    [InlineData("--state-dir")]
    public async Task A_name_that_begins_like_an_option_is_refused(string name)
    {
        await using var bench = new Workbench();
        bench.Describe(change: instance => instance["name"] = name);
        await RefuseAsync(bench, 2, ["run", bench.Name], "[0].name:");
        bench.Describe();
        (await bench.StartAny(Artifacts.Program, "run", "--file", bench.InstancesFile, "--", name).EndAsync())
            .Exited(2).OnlyError("no instance");
        bench.AssertNothingLeft();
    }

    [Theory]
    [InlineData("[{", "instances.json:1:")]
    [InlineData("[\n  { \"name\": \"a\", }\n]", "instances.json:2:")]
    [InlineData("", "instances.json")]
    [InlineData("{}", "must be an array")]
    [InlineData("[\n// no\n]", "comments are not part of JSON")]
    [InlineData("\0\0\0\0", "instances.json")]
    public async Task A_file_that_is_no_JSON_or_no_array_is_refused_with_its_line(string text, string words)
    {
        await using var bench = new Workbench();
        await File.WriteAllTextAsync(bench.InstancesFile, text, TestContext.Current.CancellationToken);
        await RefuseAsync(bench, 2, ["run", bench.Name], words);
    }

    [Fact]
    public async Task A_missing_file_is_named_with_the_option_that_names_another()
    {
        await using var bench = new Workbench();
        File.Delete(bench.InstancesFile);
        await RefuseAsync(bench, 2, ["run", bench.Name], "there is no such file", "--file");
    }

    [Theory]
    [InlineData("cpu_cores", "4", "unknown key \"cpu_cores\": did you mean \"cpu-cores\"?")]
    [InlineData("colour", "\"red\"", "unknown key \"colour\": known keys: name, image")]
    [InlineData("ram", "\"4GB\"", "[0].ram: must be a size")]
    [InlineData("ram", "\"\"", "[0].ram: must be a size")]
    [InlineData("ram", "-1", "[0].ram: must be a size")]
    [InlineData("ram", "\"99999999T\"", "[0].ram: must be a size")]
    [InlineData("ram", "\"1.3M\"", "[0].ram:")]
    [InlineData("root-disk", "\"lots\"", "[0].root-disk: must be a size")]
    [InlineData("root-disk", "1e400", "[0].root-disk:")]
    [InlineData("cpu-cores", "0", "[0].cpu-cores: must be")]
    [InlineData("cpu-cores", "1.5", "[0].cpu-cores: must be")]
    [InlineData("timeout-seconds", "0", "[0].timeout-seconds: must be")]
    [InlineData("ssh-port", "65536", "[0].ssh-port: must be")]
    [InlineData("ssh-port", "\"22\"", "[0].ssh-port: must be")]
    [InlineData("config", "[]", "[0].config: must be an object")]
    [InlineData("arch", "\"riscv64\"", "[0].arch: must be")]
    [InlineData("driver", "\"vmware\"", "[0].driver: must be")]
    [InlineData("network", "\"bridge\"", "[0].network: must be")]
    [InlineData("image", "\"\"", "[0].image:")]
    public async Task A_value_that_cannot_be_meant_is_named_with_line_and_path(string key, string value, string words)
    {
        await using var bench = new Workbench();
        bench.Describe(change: instance => instance[key] = JsonNode.Parse(value));
        var line = await RefuseAsync(bench, 2, ["run", bench.Name], words);
        Assert.StartsWith($"error: {bench.InstancesFile}:1: [0]", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_mistake_in_a_file_is_named_at_once()
    {
        await using var bench = new Workbench();
        bench.Describe(change: instance =>
        {
            instance["ram"] = "4GB";
            instance["cpu-cores"] = 0;
            instance.Remove("image");
        });
        var outcome = (await bench.StartRun().EndAsync()).Exited(2);
        Assert.Equal(3, outcome.ErrorLines.Count);
        bench.AssertNothingLeft();
    }

    [Theory]
    [InlineData("--bogus")]
    [InlineData("--ssh-port", "65536")]
    [InlineData("--ssh-port", "ssh")]
    [InlineData("--timeout", "0")]
    [InlineData("--set", "novalue")]
    [InlineData("--driver", "vmware")]
    [InlineData("--driver", "libvirtd")]
    [InlineData("--accelerator", "hyperv")]
    [InlineData("second-name")]
    public async Task Bad_usage_is_explained_in_one_line(params string[] arguments)
    {
        await using var bench = new Workbench();
        (await bench.StartRun(arguments).EndAsync()).Exited(2).OneError(arguments[^1].Split('=')[0]);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_file_name_that_is_empty_is_bad_usage()
    {
        await using var bench = new Workbench();
        foreach (var command in (string[][])[["run", bench.Name], ["validate"], ["doctor"]])
        {
            (await bench.StartAny(Artifacts.Program, [.. command, "--file", ""]).EndAsync()).Exited(2).OneError("--file");
        }
    }

    [Theory]
    [InlineData("bogus")]
    [InlineData("run")]
    [InlineData]
    public async Task A_command_that_there_is_not_or_that_lacks_something_is_bad_usage(params string[] arguments)
    {
        await using var bench = new Workbench();
        (await bench.StartAny(Artifacts.Program, arguments).EndAsync()).Exited(2).OneError(arguments);
    }

    [Fact]
    public async Task A_busy_ssh_port_is_refused()
    {
        await using var bench = new Workbench();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await RefuseAsync(bench, 3, ["run", bench.Name, "--ssh-port", $"{port}"], $"ssh-port {port}", "--ssh-port");
    }

    [Theory]
    [InlineData("ORCHESTRATOR_QEMU__BINARY", "/nonexistent/qemu")]
    [InlineData("ORCHESTRATOR_QEMU__BINARY", "qemu-system-nonesuch")]
    [InlineData("ORCHESTRATOR_QEMU__BINARY", "/etc/passwd")]
    public async Task A_missing_QEMU_is_refused_with_the_package_to_install(string variable, string value)
    {
        await using var bench = new Workbench();
        bench.Environment[variable] = value;
        (await bench.StartRun().EndAsync()).Exited(3).OnlyError(value, "qemu-system-x86");
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_QEMU_that_dies_at_once_is_quoted()
    {
        await using var bench = new Workbench();
        bench.Environment["ORCHESTRATOR_QEMU__BINARY"] = bench.WriteProgram("qemu", "#!/bin/sh\necho 'qemu: the flux capacitor is empty' >&2\nexit 1\n");

        var outcome = (await bench.StartRun().EndAsync()).Exited(4);

        outcome.OnlyError("the flux capacitor is empty", "code 1");
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_file_where_the_state_directory_should_be_is_refused()
    {
        await using var bench = new Workbench();
        await File.WriteAllTextAsync(bench.StateDirectory, "in the way", TestContext.Current.CancellationToken);
        await RefuseAsync(bench, 3, ["run", bench.Name], bench.StateDirectory, "--state-dir");
    }

    [Fact]
    public async Task A_state_directory_that_others_can_write_to_is_refused()
    {
        await using var bench = new Workbench();
        Directory.CreateDirectory(bench.StateDirectory);
        File.SetUnixFileMode(bench.StateDirectory, (UnixFileMode)0b111_111_111);
        await RefuseAsync(bench, 3, ["run", bench.Name], bench.StateDirectory, "chmod 700");
    }

    [Fact]
    public async Task A_state_directory_too_deep_for_a_socket_is_refused_with_a_remedy()
    {
        await using var bench = new Workbench();
        var deep = bench.PathOf(new string('d', 100));
        var outcome = await bench.StartAny(
            Artifacts.Program, "run", bench.Name, "--file", bench.InstancesFile, "--state-dir", deep).EndAsync();
        outcome.Exited(2).OnlyError("--state-dir");
        bench.AssertNothingLeft();
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(deep, "runs")));

        var examined = await bench.StartAny(
            Artifacts.Program, "doctor", "--file", bench.InstancesFile, "--state-dir", deep).EndAsync();
        Assert.Single(examined.Exited(3).OutputLines, line => line.StartsWith("failed: socket paths: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(400_000)]
    public async Task Too_little_memory_to_begin_is_told_and_does_not_abort_the_process(int kibibytes)
    {
        await using var bench = new Workbench();

        (await WithLimitAsync(bench, kibibytes, "run", bench.Name)).Exited(3).OnlyError("(ulimit -v)", "needs 512");
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task Too_little_memory_for_a_machine_is_told_and_known_to_doctor()
    {
        await using var bench = new Workbench();
        const int kibibytes = 512 << 10;

        (await WithLimitAsync(bench, kibibytes, "run", bench.Name)).Exited(3).OneError("ram:", "(ulimit -v)");
        var doctor = await WithLimitAsync(bench, kibibytes, "doctor");
        Assert.Contains("warning: memory: a process may have 512 MiB of addresses", doctor.Exited(0).Output, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    private static Task<Outcome> WithLimitAsync(Workbench bench, int kibibytes, params string[] arguments)
    {
        string[] shared = ["--file", bench.InstancesFile, "--state-dir", bench.StateDirectory];
        return bench.StartAny("bash", ["-c", $"ulimit -v {kibibytes} && exec \"$@\"", "bash", Artifacts.Program, .. arguments, .. shared]).EndAsync();
    }

    private static async Task<string> RefuseAsync(Workbench bench, int code, string[] arguments, params string[] words)
    {
        var line = (await bench.Start(arguments).EndAsync()).Exited(code).OnlyError(words);
        bench.AssertNothingLeft();
        return line;
    }
}

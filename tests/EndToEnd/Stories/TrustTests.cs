using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>What steers the program is not taken from strangers: from their files, their directories, their links, and from what came with a repository.</summary>
public sealed class TrustTests
{
    // Accounts that every Debian has; nobody's group is another's, and daemon's is its own.
    private const string Stranger = "nobody";
    private const string User = "daemon";

    [Theory]
    [InlineData("chown nobody instances.json", "belongs to nobody", "chown -h root ")]
    [InlineData("chmod o+w instances.json", "others may write to ", "chmod go-w ")]
    [InlineData("chmod g+w .", "others may write to ", "chmod go-w ")]
    [InlineData("mkdir mine && mv instances.json mine && ln -s mine/instances.json . && chown -h nobody instances.json", "belongs to nobody", "chown -h root ")]
    [InlineData("echo '{}' >orchestrator.json && chown nobody orchestrator.json", "orchestrator.json: not trusted", "belongs to nobody")]
    public async Task Root_takes_neither_instances_nor_settings_that_a_stranger_has_a_say_in(string strangers, string why, string remedy)
    {
        await using var bench = await WithStrangersAsync(strangers);

        foreach (var command in (string[][])[["run", bench.Name], ["validate"], ["up"]])
        {
            (await bench.Start(command).EndAsync()).Exited(2).OnlyError("not trusted", why, remedy);
        }

        Assert.False(Directory.Exists(bench.StateDirectory));
    }

    [Fact]
    public async Task A_strangers_QEMU_is_not_run_by_whatever_way_it_was_found()
    {
        await using var bench = await WithStrangersAsync(
            "mkdir bin && printf '#!/bin/sh\\ntouch %s/was-run\\n' $PWD >bin/qemu && chmod 755 bin/qemu && cp bin/qemu bin/qemu-img && chown nobody bin");

        bench.Environment["ORCHESTRATOR_QEMU__BINARY"] = bench.PathOf("bin/qemu");
        (await bench.StartRun().EndAsync()).Exited(3).OnlyError($"{bench.PathOf("bin/qemu")}: not trusted", $"{bench.PathOf("bin")} belongs to {Stranger}");
        bench.Environment.Remove("ORCHESTRATOR_QEMU__BINARY");
        bench.Environment["PATH"] = $"{bench.PathOf("bin")}:{bench.Environment["PATH"]}";
        (await bench.StartRun().EndAsync()).Exited(3).OnlyError($"{bench.PathOf("bin/qemu-img")}: not trusted");
        Assert.Contains("not trusted", (await bench.Start("doctor").EndAsync()).Exited(3).Output, StringComparison.Ordinal);

        Assert.False(File.Exists(bench.PathOf("was-run")));
        bench.AssertNothingLeft();
    }

    [Theory]
    [InlineData("""{ "qemu": { "binary": "./qemu" } }""", "qemu.binary", "ORCHESTRATOR_QEMU__BINARY")]
    [InlineData("""{ "github": { "api-url": "https://elsewhere.example" } }""", "github.api-url", "ORCHESTRATOR_GITHUB__API_URL")]
    [InlineData("""{ "libvirt": { "uri": "qemu+ext:///system?command=./x" } }""", "libvirt.uri", "ORCHESTRATOR_LIBVIRT__URI")]
    [InlineData("""{ "state-directory": "state" }""", "state-directory", "ORCHESTRATOR_STATE_DIRECTORY")]
    public async Task What_came_with_a_repository_says_neither_what_is_run_nor_where_a_token_goes(string settings, string key, string variable)
    {
        await using var bench = new Workbench();
        await File.WriteAllTextAsync(bench.PathOf("orchestrator.json"), settings, TestContext.Current.CancellationToken);

        foreach (var command in (string[][])[["run", bench.Name], ["validate"], ["up"]])
        {
            (await bench.StartAny(Artifacts.Program, command).EndAsync()).Exited(2)
                .OnlyError($"orchestrator.json:1: {key}: ", variable, "/etc/orchestrator/orchestrator.json", "--settings");
        }
    }

    [Fact]
    public async Task A_file_that_is_named_may_say_it()
    {
        await using var bench = new Workbench();
        await File.WriteAllTextAsync(bench.PathOf("own.json"), """{ "qemu": { "binary": "none/qemu" } }""", TestContext.Current.CancellationToken);

        (await bench.StartRun("--settings", "own.json").EndAsync()).Exited(3).OnlyError(bench.PathOf("none/qemu"));
        (await bench.Start("list", "--settings", "gone.json").EndAsync()).Exited(2).OnlyError("gone.json", "--settings");
        (await bench.Start("list", "--settings", "").EndAsync()).Exited(2).OneError("--settings");
    }

    [Theory]
    [InlineData("list")]
    [InlineData("gc")]
    [InlineData("history")]
    [InlineData("doctor")]
    [InlineData("schema")]
    [InlineData("template", "domain")]
    [InlineData("completion", "bash")]
    public async Task A_command_that_needs_no_instances_reads_nothing_of_the_working_directory(params string[] command)
    {
        await using var bench = await WithStrangersAsync("echo broken >orchestrator.json && echo broken >instances.json && chown nobody *.json && chmod 777 .");

        var outcome = await bench.StartAny(Artifacts.Program, [.. command, "--state-dir", bench.StateDirectory]).EndAsync();

        Assert.DoesNotContain("broken", outcome.Exited(0).Error, StringComparison.Ordinal);
        Assert.DoesNotContain(".json", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_group_may_write_where_it_is_the_users_own()
    {
        await using var bench = await WithStrangersAsync("chmod 711 . && mkdir project");
        File.Copy(Artifacts.Program, bench.PathOf("orchestrator"));
        File.Copy(Artifacts.Image, bench.PathOf("project/image.qcow2"));
        bench.Describe(change: instance => instance["image"] = "image.qcow2");

        Assert.Contains("all well", (await ValidateAsync(User)).Exited(0).Error, StringComparison.Ordinal);
        (await ValidateAsync("users")).Exited(2).OnlyError("project/instances.json: not trusted: others may write to ");

        async Task<Outcome> ValidateAsync(string group) => await bench.StartAny(
            "bash",
            "-c",
            $"cp instances.json project && chmod -R ug+rwX,o+rX project && chown -R {User}:{group} project "
                + $"&& exec setpriv --reuid {User} --regid {User} --clear-groups ./orchestrator validate --file project/instances.json").EndAsync();
    }

    [Fact]
    public async Task Nobody_reads_the_programs_memory_but_root_and_no_core_of_it_is_dumped()
    {
        await using var bench = await WithStrangersAsync("chmod 711 . && mkdir state && chown " + User + " state");
        File.Copy(Artifacts.Program, bench.PathOf("orchestrator"));
        var program = bench.StartAny("setpriv", "--reuid", User, "--regid", User, "--clear-groups", bench.PathOf("orchestrator"), "list", "--watch", "--state-dir", bench.StateDirectory);
        await program.OutputLineAsync("");

        var proc = $"/proc/{program.Pid}";
        Assert.Equal("root", (await bench.UseAsync("stat", "--format", "%U", $"{proc}/mem")).Trim());
        Assert.Matches(@"Max core file size +0 +0 ", await File.ReadAllTextAsync($"{proc}/limits", TestContext.Current.CancellationToken));
        (await ReadAsync($"{proc}/environ")).Exited(1);
        (await ReadAsync($"{proc}/mem")).Exited(1);
        (await ReadAsync("/proc/self/environ")).Exited(0);

        Task<Outcome> ReadAsync(string file) =>
            bench.StartAny("setpriv", "--reuid", User, "--regid", User, "--clear-groups", "head", "-c", "1", file).EndAsync();
    }

    private static async Task<Workbench> WithStrangersAsync(string script)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can make another user's files");
        var bench = new Workbench();
        await bench.UseAsync("bash", "-c", script);
        return bench;
    }
}

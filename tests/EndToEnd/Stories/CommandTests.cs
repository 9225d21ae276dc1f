using System.Text.Json;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>The commands that run nothing.</summary>
public sealed class CommandTests
{
    [Fact]
    public async Task The_version_is_one_line()
    {
        await using var bench = new Workbench();
        var outcome = (await bench.StartAny(Artifacts.Program, "--version").EndAsync()).Exited(0);
        Assert.Matches(@"^\d+\.\d+\.\d+\S*\n$", outcome.Output);
        Assert.Empty(outcome.Error);
    }

    [Theory]
    [InlineData]
    [InlineData("run")]
    [InlineData("validate")]
    [InlineData("doctor")]
    [InlineData("schema")]
    [InlineData("completion")]
    public async Task Every_command_has_help(params string[] command)
    {
        await using var bench = new Workbench();
        var outcome = (await bench.StartAny(Artifacts.Program, [.. command, "--help"]).EndAsync()).Exited(0);
        Assert.Contains($"orchestrator {string.Join(' ', command)}", outcome.Output, StringComparison.Ordinal);
        Assert.Empty(outcome.Error);
    }

    [Fact]
    public async Task The_schema_is_JSON()
    {
        await using var bench = new Workbench();
        var outcome = (await bench.StartAny(Artifacts.Program, "schema").EndAsync()).Exited(0);
        Assert.Equal("array", JsonElement.Parse(outcome.Output).GetProperty("type").GetString());
        Assert.Empty(outcome.Error);
    }

    [Theory]
    [InlineData("bash", "complete ")]
    [InlineData("zsh", "#compdef orchestrator")]
    [InlineData("fish", "complete -c orchestrator")]
    public async Task Each_shell_gets_a_completion_script(string shell, string words)
    {
        await using var bench = new Workbench();
        Assert.Contains(words, await bench.UseAsync(Artifacts.Program, "completion", shell), StringComparison.Ordinal);
        (await bench.StartAny(Artifacts.Program, "completion", "tcsh").EndAsync()).Exited(2).OneError("tcsh");
    }

    [Fact]
    public async Task Bash_completes_the_names_of_instances()
    {
        await using var bench = new Workbench();
        bench.Environment["PATH"] = $"{Path.GetDirectoryName(Artifacts.Program)}:{bench.Environment["PATH"]}";
        var script = await bench.UseAsync(Artifacts.Program, "completion", "bash");
        await File.WriteAllTextAsync(bench.PathOf("completion"), script, TestContext.Current.CancellationToken);
        await bench.UseAsync("bash", "-n", bench.PathOf("completion"));

        var typed = $"orchestrator run {bench.Name[..6]}";
        var completed = await bench.UseAsync(
            "bash",
            "-c",
            $"""
            source completion
            COMP_WORDS=({typed}) COMP_CWORD=2 COMP_LINE='{typed}' COMP_POINT={typed.Length}
            _orchestrator
            echo "$COMPREPLY"
            """);

        Assert.Equal(bench.Name + "\n", completed);
    }

    [Fact]
    public async Task A_valid_file_is_said_to_be_valid()
    {
        await using var bench = new Workbench();
        var outcome = (await bench.Start("validate").EndAsync()).Exited(0);
        Assert.Contains("1 instance, all well", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
        bench.AssertNothingLeft();
        Assert.False(Directory.Exists(bench.StateDirectory), "validate makes nothing");
    }

    [Fact]
    public async Task A_file_is_valid_without_the_token_that_a_run_of_it_needs()
    {
        await using var bench = new Workbench();
        bench.Environment.Remove("GITHUB_TOKEN");
        bench.Describe("""{ "token": "${{ gha-install-token:a/b }}" }""");
        var outcome = (await bench.Start("validate").EndAsync()).Exited(0);
        Assert.Contains(
            outcome.ErrorLines,
            line => line.StartsWith("warning: ", StringComparison.Ordinal) && line.Contains("GITHUB_TOKEN", StringComparison.Ordinal));
        Assert.Contains("1 instance, with warnings", outcome.ErrorLines[^1], StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task Validation_tells_mistakes_in_the_file_from_those_of_the_host()
    {
        await using var bench = new Workbench();
        bench.Describe("""{ "token": "${{ gha-install-tokn:a/b }}" }""");
        (await bench.Start("validate").EndAsync()).Exited(2).OnlyError("gha-install-tokn", "did you mean \"gha-install-token\"?");
        bench.Describe(change: instance => instance["image"] = "missing.qcow2");
        (await bench.Start("validate").EndAsync()).Exited(3).OnlyError(bench.PathOf("missing.qcow2"));
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task The_doctor_finds_a_host_that_runs_these_tests_well()
    {
        await using var bench = new Workbench();
        var outcome = (await bench.Start("doctor").EndAsync()).Exited(0);
        Assert.All(outcome.OutputLines, line => Assert.Matches("^(ok|warning): ", line));
        Assert.Contains(outcome.OutputLines, line => line.StartsWith("ok: QEMU: ", StringComparison.Ordinal));

        var json = (await bench.Start("doctor", "--json").EndAsync()).Exited(0);
        var checks = JsonElement.Parse(json.Output).EnumerateArray().ToList();
        Assert.Equal(
            outcome.OutputLines.Select(line => line.Split(": ")[1]),
            checks.Select(check => check.GetProperty("subject").GetString()));
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task The_doctor_names_what_is_missing_and_the_remedy()
    {
        await using var bench = new Workbench();
        bench.Environment["ORCHESTRATOR_QEMU__BINARY"] = "/nonexistent/qemu";
        var outcome = (await bench.Start("doctor").EndAsync()).Exited(3);
        var failure = Assert.Single(outcome.OutputLines, line => line.StartsWith("failed: QEMU: ", StringComparison.Ordinal));
        Assert.Contains("qemu-system-x86", failure, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_stack_trace_is_shown_to_those_who_ask_for_it()
    {
        await using var bench = new Workbench();
        bench.Describe(change: instance => instance["image"] = "missing.qcow2");
        var plain = (await bench.StartRun().EndAsync()).Exited(3);
        plain.OneError("missing.qcow2");
        var verbose = (await bench.StartRun("--verbose").EndAsync()).Exited(3);
        Assert.Contains("   at Orchestrator.", verbose.Error, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }
}

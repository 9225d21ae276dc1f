using System.Text.Json;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.EveryDriver;

/// <summary>Runs that go on without whoever began them.</summary>
public abstract class DetachStories(IWorkshop workshop)
{
    // A shell that waits for the end of what it reads, and whose terminal closes then.
    private const string Shell = """
        trap '' HUP
        line=$("$0" "$@") || exit
        kill -HUP 0
        printf '%s\n' "$line"
        """;

    [Fact]
    public async Task A_shell_is_told_where_the_guest_answers_and_the_run_goes_on_without_it_until_it_is_stopped()
    {
        await using var bench = await workshop.OpenAsync();
        bench.Describe("""{ "tiny": { "finish": "hang" } }""");

        var begun = (await bench.StartAny(
            "setsid", "--wait", "bash", "-c", Shell, Artifacts.Program,
            "run", bench.Name, "--detach", "--timeout", "280", "--file", "instances.json", "--state-dir", "state").EndAsync()).Exited(0);

        var run = JsonElement.Parse(Assert.Single(begun.OutputLines));
        Assert.Equal(["run", "name", "ssh"], run.EnumerateObject().Select(member => member.Name));
        Assert.Equal(bench.Name, run.GetProperty("name").GetString());
        Assert.Equal("127.0.0.1", run.GetProperty("ssh").GetProperty("host").GetString());
        Assert.Equal(bench.SshPort, run.GetProperty("ssh").GetProperty("port").GetInt32());
        Assert.Contains("started, for at most 280 s", begun.Error, StringComparison.Ordinal);

        var id = run.GetProperty("run").GetString()!;
        Assert.Equal("manage\n", (await bench.StartSsh("whoami").EndAsync()).Exited(0).Output);
        var listed = Assert.Single(JsonElement.Parse((await bench.Start("list", "--json").EndAsync()).Exited(0).Output).EnumerateArray());
        Assert.Equal(id, listed.GetProperty("run").GetString());
        var owner = listed.GetProperty("owner-pid").GetInt32();
        Assert.Equal(bench.Root, new FileInfo($"/proc/{owner}/cwd").LinkTarget);
        Assert.Equal(
            ["/dev/null", Path.Combine(bench.RunDirectory, "orchestrator.log"), Path.Combine(bench.RunDirectory, "orchestrator.log")],
            Enumerable.Range(0, 3).Select(descriptor => new FileInfo($"/proc/{owner}/fd/{descriptor}").LinkTarget));
        Assert.Contains($"{bench.Name}: started", (await bench.Start("logs", id, "--orchestrator").EndAsync()).Exited(0).Output, StringComparison.Ordinal);

        (await bench.Start("stop", id).EndAsync()).Exited(0);

        Assert.Contains("stopped", (await bench.Start("history", id).EndAsync()).Exited(0).Output, StringComparison.Ordinal);
        Assert.Contains($"{bench.Name}: stopped: prepared", (await bench.Start("logs", id, "--orchestrator").EndAsync()).Exited(0).Output, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_guest_without_network_is_ready_when_it_says_so_and_what_is_left_of_its_dead_process_is_swept()
    {
        await using var bench = await workshop.OpenAsync();
        bench.Describe(
            """{ "tiny": { "finish": "hang", "say": [{ "event": "ready" }] } }""",
            instance =>
            {
                instance["network"] = "none";
                instance.Remove("ssh-port");
            });

        var begun = (await bench.StartRun("--detach", "--wait", "ready").EndAsync()).Exited(0);

        var run = JsonElement.Parse(Assert.Single(begun.OutputLines));
        Assert.Equal(["run", "name"], run.EnumerateObject().Select(member => member.Name));
        var listed = Assert.Single(JsonElement.Parse((await bench.Start("list", "--json").EndAsync()).Exited(0).Output).EnumerateArray());
        Assert.Equal(run.GetProperty("run").GetString(), listed.GetProperty("run").GetString());

        StartedProgram.Kill(listed.GetProperty("owner-pid").GetInt32());

        await bench.AssertSweptByGcAsync();
    }
}

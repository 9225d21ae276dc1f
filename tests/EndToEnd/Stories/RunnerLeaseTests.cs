using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>Runners that runs have registered with GitHub: none outlives its run for long, and none that lives is touched.</summary>
public sealed class RunnerLeaseTests
{
    [Fact]
    public async Task What_a_dead_run_registered_is_removed_and_not_what_a_living_one_has()
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        bench.ShortenGrace();
        await DescribeAsync(bench, github, SectorGuest.Stays, "dead", "alive");
        var alive = await StartAsync(bench, "alive");
        var dead = await StartAsync(bench, "dead"); // last: whoever starts later looks for what dead runs left, too
        var runners = github.Runners.ToList();
        Assert.Equal(2, runners.Count);

        StartedProgram.Kill(dead.Pid);
        await dead.EndAsync();
        var swept = (await bench.Start("gc").EndAsync()).Exited(0);

        Assert.Contains("released: its run is over", swept.Error, StringComparison.Ordinal);
        Assert.Equal(runners.Where(name => name.StartsWith("alive-", StringComparison.Ordinal)), github.Runners);
        alive.Interrupt();
        (await alive.EndAsync()).Exited(130);
        Assert.Empty(github.Runners);
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, "GitHub itself failed")]
    [InlineData(HttpStatusCode.UnprocessableEntity, "takes the runner for busy")]
    public async Task What_GitHub_does_not_take_back_at_the_end_is_told_and_the_next_gc_gives_it_back(HttpStatusCode status, string words)
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        github.Hold(FakeGitHub.JitHold.BeforeAnswer);
        await DescribeAsync(bench, github, SectorGuest.PowersOff, "one");
        var run = bench.Start("run", "one", "--json");
        await github.Registering;
        github.Refuse(status);
        github.Release();

        var ended = (await run.EndAsync()).Exited(0);

        Assert.Contains(words, ended.Output + ended.Error, StringComparison.Ordinal);
        var kept = Assert.Single(github.Runners);
        var owed = JsonElement.Parse((await bench.Start("list", "--json").EndAsync()).Exited(0).Output).EnumerateArray().Single();
        Assert.Equal(("owed", kept), (owed.GetProperty("state").GetString(), owed.GetProperty("lease").GetString()));
        Assert.Contains(words, owed.GetProperty("reason").GetString(), StringComparison.Ordinal);
        var refused = await bench.Start("gc").EndAsync();
        Assert.Contains(words, refused.Error, StringComparison.Ordinal);
        Assert.Contains(kept, refused.Error, StringComparison.Ordinal);
        var line = (await bench.Start("list").EndAsync()).Exited(0).OutputLines[^1];
        Assert.StartsWith($"owed: gha-runner '{kept}' of {github.Address}", line, StringComparison.Ordinal);
        Assert.Contains(words, line, StringComparison.Ordinal);
        Assert.EndsWith("ago; 'orchestrator gc' tries again)", line, StringComparison.Ordinal);

        github.Refuse(null);
        Assert.Contains("released", (await bench.Start("gc").EndAsync()).Exited(0).Error, StringComparison.Ordinal);
        Assert.Empty(github.Runners);
        Assert.Equal("", (await bench.Start("gc").EndAsync()).Exited(0).Error);
        Assert.Equal("[]", (await bench.Start("list", "--json").EndAsync()).Exited(0).Output.Trim());
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task What_a_service_could_not_give_back_the_next_one_does()
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        github.Hold(FakeGitHub.JitHold.BeforeAnswer);
        await DescribeAsync(bench, github, SectorGuest.PowersOff, "one");
        bench.Environment["ORCHESTRATOR_UP__TOO_SOON_SECONDS"] = "0";
        var first = bench.Start("up", "--json");
        await github.Registering;
        github.Refuse(HttpStatusCode.ServiceUnavailable);
        github.Release();
        await first.EventAsync("ended");
        await first.OutputLineAsync("still held");
        StartedProgram.Kill(first.Pid);
        await first.EndAsync();
        Assert.NotEmpty(github.Runners);
        await DescribeAsync(bench, github, SectorGuest.Stays, "one");
        github.Refuse(null);

        var next = bench.Start("up", "--json");
        await next.EventAsync("lease-released");
        await next.DrainedAsync();

        (await bench.Start("gc").EndAsync()).Exited(0);
        Assert.Empty(github.Runners);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_machine_that_waits_for_a_job_too_long_loses_its_runner_before_anything_is_asked_of_it()
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        github.ConnectTo(bench);
        bench.DescribeAll(
            ["one"],
            $$"""{ "runner": "{{FakeGitHub.JitCall}}", "tiny": { "finish": "hang", "say": [{ "event": "ready" }] } }""",
            instance =>
            {
                instance["timeout-from"] = "job";
                instance["idle-timeout-seconds"] = 1;
            });
        var service = bench.Start("up", "--json");
        await service.EventAsync("guest-ready");
        github.Refuse(HttpStatusCode.UnprocessableEntity); // as for a runner that works
        Assert.Contains("busy (422)", await service.EventAsync("spared"), StringComparison.Ordinal);
        Assert.NotEmpty(github.Runners);
        github.Refuse(null);

        // What a person wants is not put off.
        using var stopping = bench.Start("stop", "one");
        Assert.Contains("\"reason\":\"asked\"", await service.EventAsync("retiring"), StringComparison.Ordinal);
        Assert.Empty(github.Runners);
        Assert.Contains("idle", (await bench.Start("list").EndAsync()).Exited(0).Output, StringComparison.Ordinal);

        (await bench.Start("stop", "one", "--now").EndAsync()).Exited(0);
        (await stopping.EndAsync()).Exited(0);
        await service.DrainedAsync();
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_guest_that_does_not_say_what_it_does_is_left_when_its_instance_changes_unless_its_runner_is_offline()
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub { Online = true };
        bench.ShortenGrace();
        var guest = SectorGuest.Ejects(SectorGuest.Stays);
        await DescribeAsync(bench, github, guest, "one");
        var service = bench.Start("up", "--json");
        await service.EventAsync("configuration-removed");

        await DescribeAsync(bench, github, guest, ["one"], instance => instance["cpu-cores"] = 2);
        Assert.Contains("it is made use of", await service.EventAsync("spared"), StringComparison.Ordinal);
        Assert.NotEmpty(github.Runners);

        Assert.Contains("--now", (await bench.Start("stop", "one").EndAsync()).Exited(3).Error, StringComparison.Ordinal);
        github.Online = false;
        using var stopping = bench.Start("stop", "one");
        await service.EventAsync("retiring");
        Assert.Empty(github.Runners);

        (await bench.Start("stop", "one", "--now").EndAsync()).Exited(0);
        (await stopping.EndAsync()).Exited(0);
        await service.DrainedAsync();
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_run_at_a_terminal_is_stopped_by_another_process_only_where_it_has_no_job()
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub { Online = true };
        bench.ShortenGrace();
        await DescribeAsync(bench, github, SectorGuest.Stays, "one");
        var run = await StartAsync(bench, "one");

        Assert.Contains("it goes on", (await bench.Start("stop", "one").EndAsync()).Exited(3).Error, StringComparison.Ordinal);
        Assert.NotEmpty(github.Runners);

        github.Online = false;
        using var stopping = bench.Start("stop", "one");
        Assert.Contains("\"reason\":\"asked\"", await run.EventAsync("retiring"), StringComparison.Ordinal);
        Assert.Empty(github.Runners);
        await stopping.ErrorLineAsync("unless one that was given before comes");

        run.Interrupt(); // a person at that terminal need not wait
        (await run.EndAsync()).Exited(130);
        (await stopping.EndAsync()).Exited(0);
        bench.AssertNothingLeft();
    }

    private static async Task<StartedProgram> StartAsync(Workbench bench, string name)
    {
        var run = bench.Start("run", name, "--json");
        await run.EventAsync("started");
        return run;
    }

    private static Task DescribeAsync(Workbench bench, FakeGitHub github, ReadOnlyMemory<byte> guest, params string[] names) =>
        DescribeAsync(bench, github, guest, names, _ => { });

    private static async Task DescribeAsync(
        Workbench bench, FakeGitHub github, ReadOnlyMemory<byte> guest, IReadOnlyList<string> names, Action<JsonObject> change)
    {
        github.ConnectTo(bench);
        var image = await SectorGuest.MakeAsync(bench, guest);
        bench.DescribeAll(names, $$"""{ "runner": "{{FakeGitHub.JitCall}}" }""", instance =>
        {
            instance["image"] = image;
            change(instance);
        });
    }
}

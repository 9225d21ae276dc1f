using System.Text.Json.Nodes;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.EveryDriver;

/// <summary>A guest that says by its port whether it works, and those who want to know.</summary>
public abstract class GuestPortStories(IWorkshop workshop)
{
    [Fact]
    public async Task A_job_of_a_guest_without_network_which_has_no_ssh_port_is_told_as_it_goes_and_remembered_afterwards()
    {
        await using var bench = await workshop.OpenAsync();
        bench.Describe(
            """
            { "tiny": { "stay-up-seconds": 1, "say": [
                { "event": "ready" }, { "event": "job-started", "name": "build" }, { "event": "status", "text": "half \u001b[2Jdone" },
                { "event": "job-ended", "result": "Succeeded" } ] } }
            """,
            instance =>
            {
                instance["network"] = "none";
                instance.Remove("ssh-port");
            });
        var run = bench.StartRun("--console");
        await run.ErrorLineAsync("the guest waits for a job");
        await run.ErrorLineAsync("job build started");
        await run.ErrorLineAsync("the guest says: half [2Jdone");
        Assert.EndsWith(": Succeeded", await run.ErrorLineAsync("job build ended after "), StringComparison.Ordinal);
        var outcome = (await run.EndAsync()).Exited(0);

        Assert.Contains("guest: no network card", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ssh -p", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("build: Succeeded", (await bench.Start("history").EndAsync()).Exited(0).Output, StringComparison.Ordinal);
        var past = JsonNode.Parse((await bench.Start("history", "--json").EndAsync()).Exited(0).Output)![0]!;
        Assert.Equal("Succeeded", (string?)past["jobs"]![0]!["result"]);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_service_whose_guest_works_is_killed_and_the_next_one_knows_that_it_works()
    {
        await using var bench = await workshop.OpenAsync();
        bench.ShortenGrace();
        bench.Describe("""{ "tiny": { "finish": "hang", "say": [{ "event": "ready" }, { "event": "job-started", "name": "build" }] } }""");
        var service = bench.Start("up", "--json");
        Assert.Contains("\"name\":\"build\"", await service.EventAsync("job-started"), StringComparison.Ordinal);
        await service.EventAsync("configuration-removed");
        await AssertBusyAsync(bench);
        StartedProgram.Kill(service.Pid);
        await service.EndAsync();

        var next = bench.Start("up", "--json");
        await next.EventAsync("adopted");
        await AssertBusyAsync(bench);
        Assert.Contains(
            "its guest works, on \"build\"", (await bench.Start("stop", bench.Name).EndAsync()).Exited(3).Error, StringComparison.Ordinal);
        await AssertBusyAsync(bench);
        await next.DrainedAsync();

        Assert.Contains("build: unfinished", (await bench.Start("history").EndAsync()).Exited(0).Output, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    // It is written down beside its being told, and shown a moment later.
    private static async Task AssertBusyAsync(Workbench bench)
    {
        using var watch = bench.Start("list", "--watch");
        await watch.OutputLineAsync("busy (build)");
        var guest = JsonNode.Parse((await bench.Start("list", "--json").EndAsync()).Exited(0).Output)![0]!["guest"]!;
        Assert.Equal(("busy", "build"), ((string?)guest["state"], (string?)guest["job"]));
    }
}

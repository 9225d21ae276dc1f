using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.EveryDriver;

/// <summary>A service gives way to a new process, as in an upgrade, and its machines do not notice.</summary>
public abstract class UpgradeStories(IWorkshop workshop)
{
    [Fact]
    public async Task A_service_that_leaves_or_is_killed_and_is_replaced_by_a_new_process_loses_neither_the_guest_nor_an_open_session()
    {
        await using var bench = await workshop.OpenAsync();
        bench.ShortenGrace();
        bench.Describe("""{ "tiny": { "finish": "hang" } }""");
        var first = bench.Start("up", "--json");
        await first.OutputLineAsync("\"configuration-removed\"");
        var uptime = await UptimeAsync(bench);
        var session = bench.StartSsh("for i in $(seq 1 1000); do echo tick $i.; sleep 0.2; done");
        await session.OutputLineAsync("tick 3.");
        var before = Journal(bench);

        first.AskToLeave();
        Assert.Contains("\"drained\"", (await first.EndAsync()).Exited(0).OutputLines[^1], StringComparison.Ordinal);
        var second = await AdoptAsync(bench, session, before);

        StartedProgram.Kill(second.Pid);
        await second.EndAsync();
        var third = await AdoptAsync(bench, session, before);

        Assert.True(await UptimeAsync(bench) > uptime, "the guest was not started anew");
        (await bench.Start("stop", bench.Name).EndAsync()).Exited(0);
        await third.OutputLineAsync("\"started\"");
        third.Terminate();
        (await third.EndAsync()).Exited(0);
        await session.EndAsync();
        bench.AssertNothingLeft();
    }

    private static async Task<StartedProgram> AdoptAsync(Workbench bench, StartedProgram session, JsonNode before)
    {
        var ticks = LineCapture.Split(session.Output).Count;
        var next = bench.Start("up", "--json");
        await next.OutputLineAsync("\"adopted\"");
        await next.OutputLineAsync("\"ready\"");
        await session.OutputLineAsync($"tick {ticks + 3}.");
        var after = Journal(bench);
        foreach (var kept in (string[])["run", "deadline", "ssh", "started", "instance-version"])
        {
            Assert.Equal(before[kept]!.ToJsonString(), after[kept]!.ToJsonString());
        }

        return next;
    }

    private static async Task<double> UptimeAsync(Workbench bench)
    {
        // Through the program, which waits until the guest's SSH answers.
        var uptime = await bench.UseAsync(
            "sshpass", "-p", "password", Artifacts.Program, "ssh", bench.Name, "--state-dir", bench.StateDirectory, "--", "cat /proc/uptime");
        return double.Parse(uptime.Split(' ')[0], CultureInfo.InvariantCulture);
    }

    private static JsonNode Journal(Workbench bench) => JsonNode.Parse(File.ReadAllText(Path.Combine(bench.RunDirectory, "run.json")))!;
}

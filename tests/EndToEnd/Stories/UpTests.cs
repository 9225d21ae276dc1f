using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>A service: it keeps instances running, heeds its file, and ends as it is asked to.</summary>
public sealed class UpTests
{
    [Fact]
    public async Task One_run_follows_another_until_the_service_is_terminated_and_nothing_is_left()
    {
        await using var bench = new Workbench();
        bench.Environment["ORCHESTRATOR_UP__TOO_SOON_SECONDS"] = "0";
        bench.ShortenGrace();
        await bench.DescribeAsync(SectorGuest.PowersOff);
        var up = bench.Start("up", "--json", "--listen", "127.0.0.1:0");
        var endpoint = Value(await up.OutputLineAsync("\"listening\""), "endpoint");
        await up.OutputLineAsync("\"ended\"", occurrence: 2);
        await up.OutputLineAsync("\"started\"", occurrence: 3);
        using var client = new HttpClient();
        var metrics = await client.GetStringAsync(new Uri($"http://{endpoint}/metrics"), TestContext.Current.CancellationToken);
        var health = await client.GetStringAsync(new Uri($"http://{endpoint}/healthz"), TestContext.Current.CancellationToken);

        up.Terminate();

        var outcome = (await up.EndAsync()).Exited(0);
        Assert.Equal("drained", Value(outcome.OutputLines[^1], "event"));

        // Whoever looks late sees that more have ended, and begun.
        Assert.Matches($"orchestrator_runs_ended_total\\{{name=\"{bench.Name}\",reason=\"guest-shutdown\"\\}} ([2-9]|\\d\\d+)\n", metrics);
        Assert.Equal("ok\n", health);
        var runs = outcome.OutputLines.Where(line => line.Contains("\"created\"", StringComparison.Ordinal)).Select(line => Value(line, "run")).ToList();
        Assert.True(runs.Count >= 3, outcome.Output);
        Assert.Distinct(runs);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task Runs_that_fail_are_tried_again_after_longer_and_longer_pauses()
    {
        await using var bench = new Workbench();
        bench.Describe(change: instance => instance["image"] = "missing.qcow2");
        var up = bench.Start("up", "--json");

        var pauses = new List<double>();
        for (var failures = 1; failures <= 3; failures++)
        {
            using var pause = JsonDocument.Parse(await up.OutputLineAsync("\"backing-off\"", failures));
            Assert.Equal(failures, pause.RootElement.GetProperty("failures").GetInt32());
            pauses.Add(pause.RootElement.GetProperty("delay-ms").GetDouble());
        }

        var listed = (await bench.Start("list").EndAsync()).Exited(0).Output;
        Assert.Matches($@"(?m)^{bench.Name}\s+-\s+qemu\s+backing-off: \d failures\s+-\s+\d+s\s+-\s+-$", listed);

        up.Interrupt();
        (await up.EndAsync()).Exited(0);
        Assert.InRange(pauses[0], 500, 1000);
        Assert.InRange(pauses[1], 1000, 2000);
        Assert.InRange(pauses[2], 2000, 4000);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_file_that_changes_is_taken_in_and_a_broken_one_refused_and_a_second_service_too()
    {
        await using var bench = new Workbench();
        bench.ShortenGrace();
        await bench.DescribeAsync(SectorGuest.Stays);
        var good = await File.ReadAllTextAsync(bench.InstancesFile, TestContext.Current.CancellationToken);
        var up = bench.Start("up");
        await up.ErrorLineAsync($"{bench.Name}: started");

        (await bench.Start("up").EndAsync()).Exited(3).OnlyError(bench.StateDirectory, "another 'orchestrator up'", $"(process {up.Pid})");

        Replace(bench, good.Replace("\"cpu-cores\"", "\"cpu_cores\"", StringComparison.Ordinal));
        await up.ErrorLineAsync("did you mean \"cpu-cores\"?");
        await up.ErrorLineAsync("not reloaded: what was in force still is");

        var instances = JsonNode.Parse(good)!.AsArray();
        var more = instances[0]!.DeepClone();
        more["name"] = bench.Name + "-2";
        more["ssh-port"] = 0;
        instances.Add(more);
        Replace(bench, instances.ToJsonString());
        await up.ErrorLineAsync($"reloaded: added {bench.Name}-2");
        await up.ErrorLineAsync($"{bench.Name}-2: started");

        up.Terminate();
        var outcome = (await up.EndAsync()).Exited(0);
        Assert.Equal("drained", outcome.ErrorLines[^1]);
        bench.AssertNothingLeft();
    }

    private static void Replace(Workbench bench, string text)
    {
        File.WriteAllText(bench.PathOf("new.json"), text);
        File.Move(bench.PathOf("new.json"), bench.InstancesFile, overwrite: true);
    }

    private static string Value(string line, string key) => JsonNode.Parse(line)![key]!.GetValue<string>();
}

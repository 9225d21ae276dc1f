using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>That nothing is left behind whatever is killed when.</summary>
public sealed class CrashTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("\"created\"")]
    [InlineData("\"prepared\"")]
    [InlineData("\"started\"")]
    [InlineData("\"tray-opened\"")]
    [InlineData("\"configuration-removed\"")]
    [InlineData("\"shutdown-requested\"")]
    public async Task What_an_orchestrator_leaves_that_is_killed_at_any_step_gc_removes(string? step)
    {
        await using var bench = new Workbench();
        bench.Describe("""{ "secret": "the-secret-of-this-test", "tiny": { "finish": "hang", "ignore-power-button": true } }""");
        var run = bench.StartRun("--json");
        if (step is not null)
        {
            if (step.Contains("shutdown", StringComparison.Ordinal))
            {
                await run.OutputLineAsync("\"started\"");
                run.Terminate();
            }

            await run.OutputLineAsync(step);
        }

        StartedProgram.Kill(run.Pid);
        await run.EndAsync();
        var before = (await bench.Start("gc", "--dry-run").EndAsync()).Exited(0);
        var swept = (await bench.Start("gc").EndAsync()).Exited(0);
        var again = (await bench.Start("gc").EndAsync()).Exited(0);

        Assert.Equal(before.ErrorLines.Count, swept.ErrorLines.Count);
        Assert.Empty(again.ErrorLines);
        bench.AssertNothingLeft();
        foreach (var file in Directory.Exists(bench.StateDirectory)
            ? Directory.EnumerateFiles(bench.StateDirectory, "*", SearchOption.AllDirectories)
            : [])
        {
            Assert.DoesNotContain("the-secret-of-this-test", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_next_run_sweeps_what_the_last_one_left()
    {
        await using var bench = new Workbench();
        bench.Describe("""{ "tiny": { "finish": "hang" } }""");
        var run = bench.StartRun();
        await run.ErrorLineAsync("configuration removed");
        StartedProgram.Kill(run.Pid);
        await run.EndAsync();
        bench.Describe("{}", instance => instance["ssh-port"] = 0);

        var next = (await bench.StartRun().EndAsync()).Exited(0);

        Assert.Contains("its machine ended, removed", next.Error, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }
}

using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>A caller that ignores SIGCHLD, and hands that on: the kernel then forgets how children ended.</summary>
public sealed class IgnoredChildrenTests
{
    [Fact]
    public async Task The_programs_that_a_run_needs_are_seen_to_end()
    {
        await using var bench = new Workbench();
        bench.ShortenGrace();

        var run = bench.StartAny(
            "env", "--ignore-signal=CHLD", Artifacts.Program,
            "run", bench.Name, "--timeout", "1", "--file", bench.InstancesFile, "--state-dir", bench.StateDirectory);

        (await run.EndAsync()).Exited(124);
        bench.AssertNothingLeft();
    }
}

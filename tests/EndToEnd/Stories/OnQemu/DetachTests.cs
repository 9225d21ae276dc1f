using Orchestrator.EndToEnd.Stories.EveryDriver;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.OnQemu;

public sealed class DetachTests(QemuWorkshop workshop) : DetachStories(workshop)
{
    private const string Hangs = """{ "tiny": { "finish": "hang" } }""";

    [Theory]
    [InlineData(2, "only a detached run is waited for", "--wait", "ready")]
    [InlineData(2, "orchestrator logs NAME -f", "--detach", "--console")]
    [InlineData(2, "orchestrator logs NAME --events", "--detach", "--json")]
    [InlineData(2, "'ssh'", "--detach", "--wait", "forever")]
    public async Task What_makes_no_sense_is_refused_with_the_remedy(int code, string remedy, params string[] options)
    {
        await using var bench = new Workbench();
        (await bench.StartRun(options).EndAsync()).Exited(code).OneError(remedy);
        Assert.False(Directory.Exists(bench.StateDirectory));
    }

    [Fact]
    public async Task What_the_program_tells_itself_is_refused_where_somebody_else_says_it()
    {
        await using var bench = new Workbench();
        (await bench.Start("[detached:99]", "run", bench.Name).EndAsync()).Exited(2).OnlyError("[detached]", "--detach");
    }

    [Fact]
    public async Task A_run_that_cannot_begin_ends_as_it_would_in_the_foreground()
    {
        await using var bench = new Workbench();
        bench.Describe(change: instance =>
        {
            instance["network"] = "none";
            instance.Remove("ssh-port");
        });
        (await bench.StartRun("--detach").EndAsync()).Exited(2).OnlyError("\"none\"", "--wait ready");
        bench.Describe(change: instance => instance["image"] = "missing.qcow2");
        (await bench.StartRun("--detach").EndAsync()).Exited(3).OnlyError("missing.qcow2");
        bench.Describe();

        // By a daemon that never asks how its children ended, with the file on standard input.
        (await bench.StartAny(
            "env", "--ignore-signal=CHLD", "bash", "-c", "exec \"$0\" \"$@\" <instances.json", Artifacts.Program,
            "run", "nobody", "--detach", "--file", "/dev/stdin", "--state-dir", bench.StateDirectory).EndAsync()).Exited(2).OnlyError("nobody", bench.Name);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_guest_that_shuts_down_before_it_is_ready_is_no_success()
    {
        await using var bench = new Workbench();

        var begun = (await bench.StartRun("--detach", "--wait", "ready").EndAsync()).Exited(4);

        Assert.Empty(begun.Output);
        Assert.Contains("shut down before it said that it is ready", begun.OneError(), StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_signal_before_it_is_ready_is_the_runs()
    {
        await using var bench = new Workbench();
        bench.ShortenGrace();
        bench.Describe(Hangs);
        var begun = bench.StartRun("--detach", "--wait", "ready");
        await begun.ErrorLineAsync("started");

        begun.Interrupt();

        var outcome = (await begun.EndAsync()).Exited(130);
        Assert.Empty(outcome.Output);
        Assert.Contains("asked to stop", outcome.Error, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_run_that_nobody_was_told_of_is_ended()
    {
        await using var bench = new Workbench();
        bench.ShortenGrace();
        bench.Describe(Hangs);
        var killed = bench.StartRun("--detach", "--wait", "ready");
        await killed.ErrorLineAsync("started");

        StartedProgram.Kill(killed.Pid);

        // The run has its standard error until it is over.
        Assert.Contains("whoever began the run is gone", (await killed.EndAsync()).Exited(137).Error, StringComparison.Ordinal);
        bench.AssertNothingLeft();

        (await bench.StartAny(
            "bash", "-c", "\"$0\" \"$@\" >/dev/full", Artifacts.Program,
            "run", bench.Name, "--detach", "--wait", "started", "--file", bench.InstancesFile, "--state-dir", bench.StateDirectory).EndAsync()).Exited(3).OneError("it was ended", "No space left");
        bench.AssertNothingLeft();
    }
}

using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>Who reads what the program prints: one that goes away, one that shares a file, none at all.</summary>
public sealed class ReaderTests
{
    [Theory]
    [InlineData("list")]
    [InlineData("list --json")]
    public async Task Watching_ends_with_its_reader(string command)
    {
        await using var bench = new Workbench();
        (await Shell(bench, $"$ORCHESTRATOR {command} --watch | head -n 1").EndAsync()).Exited(0);
    }

    [Fact]
    public async Task Following_a_log_ends_with_its_reader()
    {
        await using var bench = new Workbench();
        await bench.DescribeAsync(SectorGuest.Stays);
        var run = bench.StartRun();
        await run.ErrorLineAsync("started");

        var line = (await Shell(bench, $"$ORCHESTRATOR logs {bench.Name} -f | grep -m 1 SeaBIOS").EndAsync()).Exited(0);
        var first = (await Shell(bench, $"$ORCHESTRATOR logs {bench.Name} -f --events | head -n 1").EndAsync()).Exited(0);

        (await Shell(bench, $"$ORCHESTRATOR logs {bench.Name} > /dev/full").EndAsync()).Exited(3).OnlyError("No space left on device");

        Assert.Contains("SeaBIOS", Assert.Single(line.OutputLines), StringComparison.Ordinal);
        Assert.Contains("\"event\":\"created\"", Assert.Single(first.OutputLines), StringComparison.Ordinal);
        Assert.Empty(line.Error + first.Error);
        (await bench.Start("stop", bench.Name, "--now").EndAsync()).Exited(0);
        (await run.EndAsync()).Exited(143);
    }

    [Theory]
    [InlineData("--json", "the run goes on without")]
    [InlineData("--console", "the guest's console is not shown any more")]
    public async Task A_run_goes_on_without_its_reader_and_says_so_once(string option, string words)
    {
        await using var bench = new Workbench();
        var outcome = (await Shell(bench, $"$ORCHESTRATOR run {bench.Name} {option} | head -n 1").EndAsync()).Exited(0);

        var warning = Assert.Single(outcome.ErrorLines, line => line.Contains("warning: ", StringComparison.Ordinal));
        Assert.Contains("whoever read standard output has gone", warning, StringComparison.Ordinal);
        Assert.Contains(words, warning, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_service_goes_on_without_its_reader_and_says_so_once()
    {
        await using var bench = new Workbench();
        bench.ShortenGrace();
        await bench.DescribeAsync(SectorGuest.Stays);
        var up = Shell(bench, "exec $ORCHESTRATOR up --json > >(head -n 1)");
        await up.ErrorLineAsync("whoever read standard output has gone; the service goes on without");

        up.Terminate();

        Assert.Single((await up.EndAsync()).Exited(0).ErrorLines, line => line.Contains("warning: ", StringComparison.Ordinal));
        bench.AssertNothingLeft();
    }

    [Theory]
    [InlineData(">")]
    [InlineData(">>")]
    public async Task A_file_that_others_write_to_as_well_keeps_what_they_wrote(string redirection)
    {
        await using var bench = new Workbench();
        (await Shell(bench, $"(echo before; $ORCHESTRATOR list; $ORCHESTRATOR stop nobody; echo after) {redirection} out 2>&1").EndAsync()).Exited(0);

        var lines = await File.ReadAllLinesAsync(bench.PathOf("out"), TestContext.Current.CancellationToken);

        Assert.Equal(4, lines.Length);
        Assert.Equal("before", lines[0]);
        Assert.StartsWith("NAME ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("error: nobody", lines[2], StringComparison.Ordinal);
        Assert.Equal("after", lines[3]);
    }

    [Theory]
    [InlineData(">&-", "Bad file descriptor")]
    [InlineData("> /dev/full", "No space left on device")]
    public async Task A_result_that_cannot_be_written_is_an_error(string redirection, string why)
    {
        await using var bench = new Workbench();
        (await Shell(bench, $"$ORCHESTRATOR list {redirection}").EndAsync()).Exited(3)
            .OnlyError($"standard output cannot be written: {why}");
    }

    // With pipefail, since the program's own exit code is what is asked for.
    private static StartedProgram Shell(Workbench bench, string line)
    {
        bench.Environment["ORCHESTRATOR_STATE_DIRECTORY"] = bench.StateDirectory;
        return bench.StartAny("bash", "-c", $"set -o pipefail; {line.Replace("$ORCHESTRATOR", Artifacts.Program, StringComparison.Ordinal)}");
    }
}

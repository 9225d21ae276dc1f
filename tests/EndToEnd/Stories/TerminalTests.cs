using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>The program on a person's terminal.</summary>
public sealed class TerminalTests
{
    private const string CtrlC = "\u0003";
    private const string Head = "NAME RUN DRIVER STATE AGE LEFT SSH CONFIG";

    [Theory]
    [InlineData(100)]
    [InlineData(40)] // a row takes three lines
    public async Task Runs_are_watched_as_they_come_and_go_until_Ctrl_C(int columns)
    {
        await using var bench = new Workbench();
        await bench.DescribeAsync(SectorGuest.Stays);
        bench.ShortenGrace();
        var watch = bench.StartOnTerminal(columns, "list", "--watch");
        await watch.ShowsAsync("show no run", screen => Words(screen) == Head);

        var run = bench.StartRun();
        await watch.ShowsAsync("show the run", screen => Words(screen).StartsWith($"{Head} {bench.Name}", StringComparison.Ordinal)
            && Words(screen).Contains(" qemu running ", StringComparison.Ordinal));
        run.Terminate();
        (await run.EndAsync()).Exited(143);
        await watch.ShowsAsync("show no run any more", screen => Words(screen) == Head);
        Assert.False(watch.Screen.CursorVisible);

        watch.Type(CtrlC);
        Assert.Equal(130, await watch.EndAsync());
        await watch.ShowsAsync("show the cursor", screen => screen.CursorVisible);
        Assert.Equal(watch.Before, watch.Settings);
        Assert.Equal($"{Head} ^C", Words(watch.Screen));
    }

    [Fact]
    public async Task Ctrl_C_at_a_run_asks_its_guest_and_a_second_one_ends_it()
    {
        await using var bench = new Workbench();
        await bench.DescribeAsync(SectorGuest.Stays);
        var run = bench.StartOnTerminal(100, "run", bench.Name, "--console");
        await run.SeesAsync("SeaBIOS");

        run.Type(CtrlC);
        await run.SeesAsync("asked the guest to power down");

        await Task.Delay(StartedProgram.PersonsPause, TestContext.Current.CancellationToken);
        run.Type(CtrlC);

        Assert.Equal(130, await run.EndAsync());
        await run.SeesAsync("stopped by force");
        Assert.Equal(run.Before, run.Settings);
        bench.AssertNothingLeft();
    }

    private static string Words(TerminalScreen screen) => string.Join(' ', screen.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}

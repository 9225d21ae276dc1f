using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.EveryDriver;

/// <summary>A person at a guest's serial console.</summary>
public abstract class ConsoleStories(IWorkshop workshop)
{
    private const int Columns = 100;
    private const string CtrlC = "\u0003";
    private const string Escape = "\u001d";

    [Fact]
    public async Task A_person_at_the_console_types_leaves_comes_back_and_finds_the_terminal_as_it_was()
    {
        await using var bench = await workshop.OpenAsync();
        bench.Describe("""{ "tiny": { "finish": "hang", "console-shell": true } }""");
        var run = bench.StartRun();
        await run.ErrorLineAsync("started");

        await TypesAsync(bench);
        await IsTerminatedAsync(bench);
        await SeesTheEndAsync(bench);

        (await run.EndAsync()).Exited(0);
        bench.AssertNothingLeft();
    }

    private static async Task TypesAsync(Workbench bench)
    {
        var console = bench.StartOnTerminal(Columns, "console", bench.Name);
        await console.SeesAsync("guest: hanging");
        await console.SeesAsync("guest# ");
        Assert.Matches("-isig .*-icanon .*-echo ", console.Settings.ReplaceLineEndings(" "));

        (await bench.Start("console", bench.Name).EndAsync()).Exited(3).OneError("one reader at a time", "orchestrator logs -f");

        // What is typed comes back too, so that the answer has to be another text. And who speaks is who is to be interrupted.
        console.Type("sh -c 'echo $((6 * 7)) is the answer; exec sleep 1000'\r");
        await console.SeesAsync("42 is the answer");
        console.Type(CtrlC);
        console.Type("echo status $?\r");
        await console.SeesAsync("status 130");

        console.Type(Escape);
        Assert.Equal(0, await console.EndAsync());
        Assert.Equal(console.Before, console.Settings);
        Assert.Contains("running", (await bench.Start("list").EndAsync()).Exited(0).Output, StringComparison.Ordinal);
    }

    private static async Task IsTerminatedAsync(Workbench bench)
    {
        var console = bench.StartOnTerminal(Columns, "console", bench.Name);
        await console.SeesAsync("leaves it");
        console.Type("echo $((6 * 7)) again\r");
        await console.SeesAsync("42 again");

        console.Terminate();

        Assert.Equal(143, await console.EndAsync());
        Assert.Equal(console.Before, console.Settings);
    }

    private static async Task SeesTheEndAsync(Workbench bench)
    {
        var console = bench.StartOnTerminal(Columns, "console", bench.Name);
        await console.SeesAsync("leaves it");

        console.Type("poweroff\r");

        await console.SeesAsync("is over");
        Assert.Equal(0, await console.EndAsync());
        Assert.Equal(console.Before, console.Settings);
        Assert.Contains("guest: powering off", console.Screen.Text, StringComparison.Ordinal);
    }
}

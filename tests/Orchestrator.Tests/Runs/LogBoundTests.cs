using Orchestrator.Drivers;
using Orchestrator.Runs;

namespace Orchestrator.Tests.Runs;

/// <summary>That no guest erases its traces by talking.</summary>
public sealed class LogBoundTests
{
    [Fact]
    public async Task A_console_that_is_begun_anew_keeps_its_beginning_and_its_end_also_as_evidence()
    {
        using var run = new RunFixture();
        run.Driver.Script = guest =>
        {
            var log = Path.Combine(guest.Spec.RunDirectory, RunFiles.ConsoleLog);
            guest.Print("first words");
            using (var talk = new FileStream(log, FileMode.Open))
            {
                talk.SetLength(LogBound.Bytes); // sparse: a size is all it takes
            }

            guest.Print("last words");
            run.Time.Advance(LogBound.Interval);
            guest.Print("and good-bye");
            guest.Panic();
            return Task.CompletedTask;
        };

        await run.RunAsync();

        Assert.StartsWith("first words", Remembered(run, RunFiles.ConsoleBeginning), StringComparison.Ordinal);
        Assert.EndsWith("last words\r\n", Remembered(run, RunFiles.OldConsoleLog), StringComparison.Ordinal);
        Assert.Equal("and good-bye\r\n", Remembered(run, RunFiles.ConsoleLog));
    }

    [Fact]
    public async Task A_console_whose_parts_virtlogd_keeps_has_its_beginning_in_the_oldest()
    {
        using var run = new RunFixture();
        run.Driver.Script = guest =>
        {
            var log = Path.Combine(guest.Spec.RunDirectory, RunFiles.ConsoleLog);
            File.WriteAllText(log + ".1", "first words");
            File.WriteAllText(log + ".0", "talk");
            guest.Print("last words");
            run.Time.Advance(LogBound.Interval);
            File.WriteAllText(log + ".1", "talk");
            guest.Panic();
            return Task.CompletedTask;
        };

        await run.RunAsync();

        Assert.Equal("first words", Remembered(run, RunFiles.ConsoleBeginning));
    }

    private static string Remembered(RunFixture run, string file) =>
        File.ReadAllText(Assert.Single(run.Remembered, path => Path.GetFileName(path) == file));
}

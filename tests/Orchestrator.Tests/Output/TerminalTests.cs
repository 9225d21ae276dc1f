using Orchestrator.Output;
using Orchestrator.Tests.Cli;

namespace Orchestrator.Tests.Output;

/// <summary>What a terminal says and writes down.</summary>
[Collection(nameof(AloneCollection))]
public sealed class TerminalTests : IDisposable
{
    private readonly StringWriter _said = new();

    public TerminalTests() => Console.SetError(_said);

    public void Dispose()
    {
        Console.SetError(new StreamWriter(Console.OpenStandardError()) { AutoFlush = true });
        _said.Dispose();
    }

    [Fact]
    public void What_is_meant_for_a_person_is_written_to_a_file_too_from_the_moment_there_is_one()
    {
        var path = Path.GetTempFileName();
        using (var log = File.OpenWrite(path))
        {
            var terminal = new Terminal();
            terminal.Notice("before");
            terminal.CopyTo(log);
            terminal.Warning("one\ntwo \e[2J");
        }

        Assert.Equal("before\nwarning: one\nwarning: two \\u001b[2J\n", _said.ToString());
        Assert.Equal("warning: one\nwarning: two \\u001b[2J\n", File.ReadAllText(path));
        File.Delete(path);
    }

    [Fact]
    public void A_terminal_that_is_closed_costs_the_file_nothing()
    {
        var path = Path.GetTempFileName();
        _said.Dispose();
        Console.SetError(new StreamWriter(new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0)) { AutoFlush = true });
        using (var log = File.OpenWrite(path))
        {
            var terminal = new Terminal();
            terminal.CopyTo(log);
            terminal.Error("what a person must read");
        }

        Assert.Equal("error: what a person must read\n", File.ReadAllText(path));
        File.Delete(path);
    }
}

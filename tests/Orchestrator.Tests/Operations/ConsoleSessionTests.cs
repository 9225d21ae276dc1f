using Orchestrator.Operations;

namespace Orchestrator.Tests.Operations;

public sealed class ConsoleSessionTests : IDisposable
{
    private readonly Wire _keyboard = new();
    private readonly Wire _screen = new();
    private readonly Wire _console = new();
    private readonly CancellationTokenSource _enough = new();

    public void Dispose()
    {
        _keyboard.Dispose();
        _screen.Dispose();
        _console.Dispose();
        _enough.Dispose();
    }

    [Fact]
    public async Task Keys_reach_the_guest_and_its_words_the_screen()
    {
        var session = RunAsync();
        _console.Send("login: ");
        await _screen.WritesAsync("login: ");
        _keyboard.Send("ro");
        _keyboard.Send("ot\r");
        await _console.WritesAsync("root\r");
        _console.End();

        Assert.False(await session.Soon());
    }

    [Fact]
    public async Task Keys_that_mean_something_to_a_terminal_are_the_guests()
    {
        var session = RunAsync();
        _keyboard.Send("\u0003\u001a\u0004\u001c\u0013");
        await _console.WritesAsync("\u0003\u001a\u0004\u001c\u0013");
        _console.End();

        Assert.False(await session.Soon());
    }

    [Theory]
    [InlineData("\u001d", "")]
    [InlineData("bye\r\u001d", "bye\r")]
    [InlineData("a\u001db\u001dc", "a")]
    public async Task The_escape_key_leaves_and_what_was_typed_before_it_still_arrives(string typed, string arrived)
    {
        var session = RunAsync();
        _keyboard.Send(typed);

        Assert.True(await session.Soon());
        Assert.Equal(arrived, _console.Written);
    }

    [Fact]
    public async Task A_keyboard_that_ends_leaves_the_guests_words_to_be_shown()
    {
        var session = RunAsync();
        _keyboard.Send("poweroff\r");
        _keyboard.End();
        await _console.WritesAsync("poweroff\r");
        _console.Send("powering off");
        await _screen.WritesAsync("powering off");
        Assert.False(session.IsCompleted);
        _console.End();

        Assert.False(await session.Soon());
    }

    [Fact]
    public async Task A_console_that_breaks_is_a_machine_that_is_over()
    {
        var session = RunAsync();
        _console.End(new IOException("connection reset by peer"));

        Assert.False(await session.Soon());
    }

    [Fact]
    public async Task A_screen_that_is_gone_ends_it()
    {
        _screen.Broken = new IOException("input/output error");
        var session = RunAsync();
        _console.Send("a word");

        Assert.False(await session.Soon());
    }

    [Fact]
    public async Task Whoever_waits_may_stop_waiting()
    {
        var session = RunAsync();

        await _enough.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.Soon());
    }

    private Task<bool> RunAsync() => new ConsoleSession(_keyboard, _screen).RunAsync(_console, _enough.Token);
}

using Orchestrator.Drivers.Qemu.Qmp;

namespace Orchestrator.Drivers.Qemu.Tests.Qmp;

public sealed class QmpClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_greeting_tells_the_version_and_the_capabilities()
    {
        var (client, qemu) = await FakeQemu.OpenAsync();
        await using var _ = client;
        using var __ = qemu;

        Assert.Equal(new Version(7, 2, 22), client.Greeting.Version);
        Assert.Equal("Debian 1:7.2", client.Greeting.Package);
        Assert.Equal(["oob"], client.Greeting.Capabilities);
    }

    [Fact]
    public async Task Arguments_arrive_as_they_were_written_and_a_command_without_any_has_no_member_for_them()
    {
        var (client, qemu) = await FakeQemu.OpenAsync();
        await using var _ = client;
        using var __ = qemu;

        var eject = client.ExecuteAsync(
            "eject",
            arguments =>
            {
                arguments.WriteString("id", "with \"quotes\",\r\nlines and é");
                arguments.WriteBoolean("force", true);
            },
            cancellationToken: Token);
        var stop = client.ExecuteAsync("stop", cancellationToken: Token);

        var first = await qemu.ReadAsync();
        var second = await qemu.ReadAsync();
        Assert.Equal(("eject", """{"id":"with \u0022quotes\u0022,\r\nlines and \u00E9","force":true}"""), (first.Name, first.Arguments));
        Assert.Equal(("stop", null), (second.Name, second.Arguments));
        Assert.NotEqual(first.Id, second.Id);

        await qemu.SendAsync(FakeQemu.Return(second.Id, "2"), FakeQemu.Return(first.Id, "1"));
        Assert.Equal(1, (await eject.Soon()).GetInt32());
        Assert.Equal(2, (await stop.Soon()).GetInt32());
    }

    [Fact]
    public async Task An_error_is_an_exception_with_the_class_the_words_and_the_command()
    {
        var (client, qemu) = await FakeQemu.OpenAsync();
        await using var _ = client;
        using var __ = qemu;

        var call = client.ExecuteAsync("eject", cancellationToken: Token);
        await qemu.SendAsync(FakeQemu.Error((await qemu.ReadAsync()).Id, "Device 'config' is locked"));

        var error = await Assert.ThrowsAsync<QmpCommandException>(call.Soon);
        Assert.Equal(("eject", "GenericError", "Device 'config' is locked"), (error.Command, error.ErrorClass, error.Description));
        Assert.False(client.Closed.IsCompleted);
    }

    [Fact]
    public async Task The_words_of_an_error_can_neither_drive_a_terminal_nor_flood_it()
    {
        var (client, qemu) = await FakeQemu.OpenAsync();
        await using var _ = client;
        using var __ = qemu;

        var call = client.ExecuteAsync("eject", cancellationToken: Token);
        await qemu.SendAsync(FakeQemu.Error((await qemu.ReadAsync()).Id, "two\\nlines\\u001b[31m" + new string('x', 100_000)));

        var error = await Assert.ThrowsAsync<QmpCommandException>(call.Soon);
        Assert.StartsWith("two lines [31mxxx", error.Description, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 1000, 1200);
    }

    [Fact]
    public async Task An_event_before_the_answer_and_one_after_it_are_both_events()
    {
        var (client, qemu) = await FakeQemu.OpenAsync();
        await using var _ = client;
        using var __ = qemu;

        var call = client.ExecuteAsync("system_powerdown", cancellationToken: Token);
        var id = (await qemu.ReadAsync()).Id;
        await qemu.SendAsync(
            FakeQemu.Event("POWERDOWN", "{}"), FakeQemu.Return(id, "{}"), """{"event": "STOP"}""");

        await call.Soon();
        Assert.True(client.Events.TryRead(out var powerDown));
        var stop = await client.Events.ReadAsync(Token).AsTask().Soon();
        Assert.Equal(("POWERDOWN", "STOP"), (powerDown.Name, stop.Name));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_250), powerDown.Timestamp);
        Assert.Null(stop.Timestamp);
        Assert.False(stop.Data.TryGetProperty("reason", out var _));
    }

    [Fact]
    public async Task A_typed_answer_is_read_and_one_that_does_not_fit_is_said_to_be_unreadable()
    {
        var (client, qemu) = await FakeQemu.OpenAsync();
        await using var _ = client;
        using var __ = qemu;

        foreach (var unfit in (string[])["{}", "null", "[]", """{"number": "one", "text": "x"}"""])
        {
            var refused = client.ExecuteAsync("query-answer", QmpAnswerContext.Default.QmpAnswer, cancellationToken: Token);
            await qemu.SendAsync(FakeQemu.Return((await qemu.ReadAsync()).Id, unfit));
            Assert.Equal("query-answer", (await Assert.ThrowsAsync<QmpReplyException>(refused.Soon)).Command);
        }

        var call = client.ExecuteAsync("query-answer", QmpAnswerContext.Default.QmpAnswer, cancellationToken: Token);
        await qemu.SendAsync(FakeQemu.Return((await qemu.ReadAsync()).Id, """{"number": 42, "text": "é", "newer": null}"""));
        Assert.Equal(new QmpAnswer(42, "é"), await call.Soon());
    }

    [Fact]
    public async Task Arguments_that_cannot_be_written_send_nothing()
    {
        var (client, qemu) = await FakeQemu.OpenAsync();
        await using var _ = client;
        using var __ = qemu;

        await Assert.ThrowsAsync<FormatException>(
            () => client.ExecuteAsync("eject", _ => throw new FormatException(), cancellationToken: Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => client.ExecuteAsync("eject", timeout: TimeSpan.FromSeconds(-1), cancellationToken: Token));

        var call = client.ExecuteAsync("stop", cancellationToken: Token);
        var command = await qemu.ReadAsync();
        Assert.Equal("stop", command.Name);
        await qemu.SendAsync(FakeQemu.Return(command.Id, "{}"));
        await call.Soon();
    }

    [Theory]
    [InlineData("""{"return": "stranger", "id": 7}""")]
    [InlineData("""{"return": "stranger", "id": "7"}""")]
    [InlineData("""{"return": "stranger", "id": {"a": [1e999]}}""")]
    [InlineData("""{"return": "stranger", "id": 123456789012345678901234567890}""")]
    [InlineData("""{"return": "stranger"}""")]
    [InlineData("""{"error": {"class": "GenericError", "desc": "stranger"}, "id": 7}""")]
    public async Task An_answer_to_nobody_is_dropped_and_written_down(string stranger)
    {
        using MemoryStream log = new();
        using QmpTranscript transcript = new(log, TimeProvider.System);
        var (client, qemu) = await FakeQemu.OpenAsync(new QmpClientOptions { Transcript = transcript });
        await using var _ = client;
        using var __ = qemu;

        var call = client.ExecuteAsync("stop", cancellationToken: Token);
        var id = (await qemu.ReadAsync()).Id;
        await qemu.SendAsync(stranger, FakeQemu.Return(id, "\"mine\""));

        Assert.Equal("mine", (await call.Soon()).GetString());
        Assert.False(client.Closed.IsCompleted);
        Assert.Contains("nobody waits for this answer", System.Text.Encoding.ASCII.GetString(log.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_answers_with_one_id_the_first_counts()
    {
        var (client, qemu) = await FakeQemu.OpenAsync();
        await using var _ = client;
        using var __ = qemu;

        var one = client.ExecuteAsync("stop", cancellationToken: Token);
        var other = client.ExecuteAsync("cont", cancellationToken: Token);
        var (first, second) = (await qemu.ReadAsync(), await qemu.ReadAsync());
        await qemu.SendAsync(
            FakeQemu.Return(first.Id, "1"), FakeQemu.Error(first.Id, "again"), FakeQemu.Return(first.Id, "3"), FakeQemu.Return(second.Id, "4"));

        Assert.Equal(1, (await one.Soon()).GetInt32());
        Assert.Equal(4, (await other.Soon()).GetInt32());
    }

    [Fact]
    public async Task A_hundred_callers_at_once_each_get_their_own_answer()
    {
        var (client, qemu) = await FakeQemu.OpenAsync();
        await using var _ = client;
        using var __ = qemu;

        var calls = Enumerable.Range(0, 100).Select(number => Task.Run(
            async () => (await client.ExecuteAsync("echo", arguments => arguments.WriteNumber("n", number), cancellationToken: Token))
                .GetProperty("n").GetInt32(),
            Token)).ToArray();
        for (var i = 0; i < calls.Length; i++)
        {
            var command = await qemu.ReadAsync();
            await qemu.SendAsync(FakeQemu.Return(command.Id, command.Arguments!));
        }

        Assert.Equal(Enumerable.Range(0, 100), await Task.WhenAll(calls).Soon());
    }
}

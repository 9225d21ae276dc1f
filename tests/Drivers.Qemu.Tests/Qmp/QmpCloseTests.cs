using Microsoft.Extensions.Time.Testing;
using Orchestrator.Drivers.Qemu.Qmp;

namespace Orchestrator.Drivers.Qemu.Tests.Qmp;

/// <summary>However a connection ends, its first cause is what every call hears.</summary>
public sealed class QmpCloseTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Disposing_fails_the_calls_that_wait_and_those_that_come_later()
    {
        var (client, qemu) = await FakeQemu.OpenAsync();
        using var _ = qemu;
        var waiting = Enumerable.Range(0, 10).Select(_ => client.ExecuteAsync("stop", cancellationToken: Token)).ToArray();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => client.DisposeAsync().AsTask())).Soon();

        foreach (var call in waiting.Append(client.ExecuteAsync("stop", cancellationToken: Token)))
        {
            var closed = await Assert.ThrowsAsync<QmpConnectionClosedException>(call.Soon);
            Assert.Equal(("stop", QmpCloseReason.Disposed), (closed.Command, closed.Closure.Reason));
        }

        await client.Events.Completion.Soon();
        Assert.Equal(QmpCloseReason.Disposed, (await client.Closed.Soon()).Reason);
    }

    [Fact]
    public async Task Disposing_does_not_wait_for_a_qemu_that_reads_nothing()
    {
        var (client, qemu) = await FakeQemu.OpenAsync(backlog: 1);
        using var _ = qemu;
        var waiting = Enumerable.Range(0, 10).Select(_ => client.ExecuteAsync("stop", cancellationToken: Token)).ToArray();

        await client.DisposeAsync().AsTask().Soon();

        foreach (var call in waiting)
        {
            await Assert.ThrowsAsync<QmpConnectionClosedException>(call.Soon);
        }
    }

    [Fact]
    public async Task The_events_before_the_end_are_all_delivered()
    {
        var (client, qemu) = await FakeQemu.OpenAsync();
        await using var _ = client;
        var waiting = client.ExecuteAsync("quit", cancellationToken: Token);
        await qemu.ReadAsync();
        await qemu.SendAsync(FakeQemu.Event("STOP", "{}"), FakeQemu.Event("SHUTDOWN", """{"guest": true}"""));
        qemu.Dispose();

        var cause = await client.Closed.Soon();
        Assert.Equal(QmpCloseReason.EndOfStream, cause.Reason);
        Assert.Same(cause, (await Assert.ThrowsAsync<QmpConnectionClosedException>(waiting.Soon)).Closure);
        Assert.Equal(
            ["STOP", "SHUTDOWN"],
            await client.Events.ReadAllAsync(Token).Select(happened => happened.Name).ToListAsync(Token));
    }

    [Fact]
    public async Task The_first_cause_wins()
    {
        var (client, qemu) = await FakeQemu.OpenAsync();
        var waiting = client.ExecuteAsync("stop", cancellationToken: Token);
        await qemu.ReadAsync();
        await qemu.SendAsync("nonsense");
        qemu.Dispose();

        var cause = await client.Closed.Soon();
        await client.DisposeAsync();
        Assert.Equal(QmpCloseReason.ProtocolViolated, cause.Reason);
        Assert.Same(cause, (await Assert.ThrowsAsync<QmpConnectionClosedException>(waiting.Soon)).Closure);
        var later = await Assert.ThrowsAsync<QmpConnectionClosedException>(() => client.ExecuteAsync("stop", cancellationToken: Token));
        Assert.Same(cause, later.Closure);
    }

    [Fact]
    public async Task A_failing_read_is_the_cause()
    {
        var (client, qemu) = await FakeQemu.OpenAsync();
        await using var _ = client;
        IOException reset = new("Connection reset by peer");
        qemu.Stream.BreakOutgoing(reset);

        var cause = await client.Closed.Soon();
        Assert.Equal((QmpCloseReason.TransportFailed, reset), (cause.Reason, cause.Error));
    }

    [Fact]
    public async Task After_a_failing_write_what_qemu_said_before_is_still_read()
    {
        FakeTimeProvider time = new();
        var (near, far) = InMemoryStream.CreatePair();
        using FakeQemu qemu = new(far);
        var opening = QmpClient.OpenAsync(near, new QmpClientOptions { TimeProvider = time }, Token);
        await qemu.NegotiateAsync();
        await using var client = await opening.Soon();

        qemu.Stream.BreakIncoming(new IOException("gone"));
        var waiting = client.ExecuteAsync("query-status", timeout: Timeout.InfiniteTimeSpan, cancellationToken: Token);
        await near.WriteFailed.Soon();
        await qemu.SendAsync(FakeQemu.Event("SHUTDOWN", """{"guest": true}"""));
        Assert.Equal("SHUTDOWN", (await client.Events.ReadAsync(Token).AsTask().Soon()).Name);

        // No end of the stream comes: the time to drain it is bounded. Its timer starts at some moment after the failure.
        while (!client.Closed.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(QmpCloseReason.TransportFailed, (await client.Closed).Reason);
        await Assert.ThrowsAsync<QmpConnectionClosedException>(waiting.Soon);
    }

    [Fact]
    public async Task An_error_without_an_id_ends_the_connection_because_no_call_can_be_told_its_own()
    {
        var (client, qemu) = await FakeQemu.OpenAsync();
        await using var _ = client;
        using var __ = qemu;
        var waiting = client.ExecuteAsync("stop", cancellationToken: Token);

        await qemu.SendAsync("""{"error": {"class": "GenericError", "desc": "JSON parse error, invalid keyword 'x'"}}""");

        var closed = await Assert.ThrowsAsync<QmpConnectionClosedException>(waiting.Soon);
        Assert.Equal(QmpCloseReason.ProtocolViolated, closed.Closure.Reason);
        Assert.Contains("invalid keyword", closed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_as_long_as_allowed_is_taken_and_a_longer_one_ends_the_connection()
    {
        var (client, qemu) = await FakeQemu.OpenAsync(new QmpClientOptions { MaxMessageBytes = 1000 });
        await using var _ = client;
        using var __ = qemu;
        var waiting = client.ExecuteAsync("stop", cancellationToken: Token);

        var longest = FakeQemu.Event("LONGEST", "{}");
        await qemu.SendAsync(longest + new string(' ', 999 - longest.Length), new string(' ', 1001));

        Assert.Equal(QmpCloseReason.MessageTooLong, (await client.Closed.Soon()).Reason);
        Assert.Equal("LONGEST", (await client.Events.ReadAsync(Token)).Name);
        await Assert.ThrowsAsync<QmpConnectionClosedException>(waiting.Soon);
    }

    [Fact]
    public async Task A_message_without_end_ends_the_connection_before_it_fills_the_memory()
    {
        var (client, qemu) = await FakeQemu.OpenAsync();
        await using var _ = client;
        using var __ = qemu;
        var chunk = new byte[4096];
        chunk.AsSpan().Fill((byte)'[');
        for (var sent = 0; sent <= 16 * 1024 * 1024; sent += chunk.Length)
        {
            await qemu.SendBytesAsync(chunk);
        }

        Assert.Equal(QmpCloseReason.MessageTooLong, (await client.Closed.Soon()).Reason);
    }

    [Fact]
    public async Task Events_that_nobody_reads_end_the_connection_and_those_before_remain()
    {
        var (client, qemu) = await FakeQemu.OpenAsync(new QmpClientOptions { MaxUnreadEvents = 3 });
        await using var _ = client;
        using var __ = qemu;
        await qemu.SendAsync([.. Enumerable.Range(0, 5).Select(number => FakeQemu.Event($"E{number}", "{}"))]);

        Assert.Equal(QmpCloseReason.EventsUnread, (await client.Closed.Soon()).Reason);
        Assert.Equal(
            ["E0", "E1", "E2"],
            await client.Events.ReadAllAsync(Token).Select(happened => happened.Name).ToListAsync(Token));
    }

    [Fact]
    public async Task A_connection_that_starts_with_anything_but_a_greeting_is_none()
    {
        var (near, far) = InMemoryStream.CreatePair();
        using FakeQemu qemu = new(far);
        var opening = QmpClient.OpenAsync(near, cancellationToken: Token);
        await qemu.SendAsync(FakeQemu.Event("STOP", "{}"));

        var closed = await Assert.ThrowsAsync<QmpConnectionClosedException>(opening.Soon);
        Assert.Equal((QmpClient.GreetingStep, QmpCloseReason.ProtocolViolated), (closed.Command, closed.Closure.Reason));
    }

    [Fact]
    public async Task A_second_greeting_ends_the_connection()
    {
        var (client, qemu) = await FakeQemu.OpenAsync();
        await using var _ = client;
        using var __ = qemu;
        await qemu.SendAsync(FakeQemu.Greeting);

        Assert.Equal(QmpCloseReason.ProtocolViolated, (await client.Closed.Soon()).Reason);
    }
}

using Microsoft.Extensions.Time.Testing;
using Orchestrator.Drivers.Qemu.Qmp;

namespace Orchestrator.Drivers.Qemu.Tests.Qmp;

/// <summary>Our deadline, the caller's cancellation and the answer: three outcomes, told apart.</summary>
public sealed class QmpDeadlineTests
{
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private QmpClientOptions Options => new() { TimeProvider = _time, CommandTimeout = TimeSpan.FromSeconds(10) };

    [Fact]
    public async Task A_command_that_is_not_answered_in_time_says_so_and_the_connection_goes_on()
    {
        var (client, qemu) = await FakeQemu.OpenAsync(Options);
        await using var _ = client;
        using var __ = qemu;

        var late = client.ExecuteAsync("stop", cancellationToken: Token);
        var patient = client.ExecuteAsync("query-status", timeout: TimeSpan.FromSeconds(11), cancellationToken: Token);
        var (first, second) = (await qemu.ReadAsync(), await qemu.ReadAsync());
        _time.Advance(TimeSpan.FromSeconds(9.999));
        Assert.False(late.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.001));

        var timeout = await Assert.ThrowsAsync<QmpTimeoutException>(late.Soon);
        Assert.Equal(("stop", TimeSpan.FromSeconds(10)), (timeout.Command, timeout.Timeout));
        await qemu.SendAsync(FakeQemu.Return(first.Id, "\"late\""), FakeQemu.Return(second.Id, "\"in time\""));
        Assert.Equal("in time", (await patient.Soon()).GetString());
    }

    [Fact]
    public async Task A_command_may_wait_for_ever()
    {
        var (client, qemu) = await FakeQemu.OpenAsync(Options);
        await using var _ = client;
        using var __ = qemu;

        var call = client.ExecuteAsync("stop", timeout: Timeout.InfiniteTimeSpan, cancellationToken: Token);
        _time.Advance(TimeSpan.FromDays(30));
        await qemu.SendAsync(FakeQemu.Return((await qemu.ReadAsync()).Id, "1"));

        Assert.Equal(1, (await call.Soon()).GetInt32());
    }

    [Fact]
    public async Task A_qemu_that_never_greets_is_given_up_and_its_connection_closed()
    {
        var (near, far) = InMemoryStream.CreatePair();
        using FakeQemu qemu = new(far);
        var opening = QmpClient.OpenAsync(near, Options, Token);
        _time.Advance(Options.HandshakeTimeout);

        Assert.Equal(QmpClient.GreetingStep, (await Assert.ThrowsAsync<QmpTimeoutException>(opening.Soon)).Command);
        await Assert.ThrowsAsync<IOException>(() => qemu.SendAsync(FakeQemu.Greeting));
    }

    [Fact]
    public async Task A_qemu_that_greets_but_does_not_negotiate_is_given_up()
    {
        var (near, far) = InMemoryStream.CreatePair();
        using FakeQemu qemu = new(far);
        var opening = QmpClient.OpenAsync(near, Options, Token);
        await qemu.SendAsync(FakeQemu.Greeting);
        await qemu.ReadAsync();
        _time.Advance(Options.HandshakeTimeout);

        Assert.Equal("qmp_capabilities", (await Assert.ThrowsAsync<QmpTimeoutException>(opening.Soon)).Command);
    }

    [Fact]
    public async Task Opening_can_be_cancelled()
    {
        var (near, far) = InMemoryStream.CreatePair();
        using FakeQemu qemu = new(far);
        using CancellationTokenSource cancel = new();
        var opening = QmpClient.OpenAsync(near, Options, cancel.Token);
        await cancel.CancelAsync();

        Assert.Equal(cancel.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(opening.Soon)).CancellationToken);
    }

    [Fact]
    public async Task A_cancelled_call_is_cancelled_and_its_answer_is_dropped()
    {
        var (client, qemu) = await FakeQemu.OpenAsync(Options);
        await using var _ = client;
        using var __ = qemu;
        using CancellationTokenSource cancel = new();

        var cancelled = client.ExecuteAsync("stop", cancellationToken: cancel.Token);
        var first = await qemu.ReadAsync();
        await cancel.CancelAsync();
        Assert.Equal(cancel.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(cancelled.Soon)).CancellationToken);

        var next = client.ExecuteAsync("cont", cancellationToken: Token);
        var second = await qemu.ReadAsync();
        await qemu.SendAsync(FakeQemu.Return(first.Id, "1"), FakeQemu.Return(second.Id, "2"));
        Assert.Equal(2, (await next.Soon()).GetInt32());
    }

    [Fact]
    public async Task A_call_that_is_cancelled_already_sends_nothing()
    {
        var (client, qemu) = await FakeQemu.OpenAsync(Options);
        await using var _ = client;
        using var __ = qemu;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.ExecuteAsync("stop", cancellationToken: new CancellationToken(canceled: true)));
        var next = client.ExecuteAsync("cont", cancellationToken: Token);

        Assert.Equal("cont", (await qemu.ReadAsync()).Name);
        _time.Advance(Options.CommandTimeout);
        await Assert.ThrowsAsync<QmpTimeoutException>(next.Soon);
    }

    [Fact]
    public async Task While_qemu_reads_nothing_calls_still_end_and_what_they_leave_on_the_wire_is_whole()
    {
        var (client, qemu) = await FakeQemu.OpenAsync(Options, backlog: 1);
        await using var _ = client;
        using var __ = qemu;
        using CancellationTokenSource cancel = new();

        var late = Enumerable.Range(0, 10).Select(_ => client.ExecuteAsync("late", cancellationToken: Token)).ToArray();
        var cancelled = Enumerable.Range(0, 10).Select(_ => client.ExecuteAsync("cancelled", cancellationToken: cancel.Token)).ToArray();
        await cancel.CancelAsync();
        _time.Advance(Options.CommandTimeout);
        foreach (var call in cancelled)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(call.Soon);
        }

        foreach (var call in late)
        {
            await Assert.ThrowsAsync<QmpTimeoutException>(call.Soon);
        }

        // Of those no more than the one in the buffer and the one being written can have been sent; and each as a whole.
        var wanted = client.ExecuteAsync("wanted", cancellationToken: Token);
        List<string> names = [];
        while (!names.Contains("wanted"))
        {
            var command = await qemu.ReadAsync();
            names.Add(command.Name);
            await qemu.SendAsync(FakeQemu.Return(command.Id, "{}"));
        }

        await wanted.Soon();
        Assert.DoesNotContain("cancelled", names);
        Assert.InRange(names.Count, 1, 3);
    }

    [Fact]
    public async Task A_cancellation_that_races_with_the_answer_ends_in_one_of_the_two_and_harms_no_other_call()
    {
        var (client, qemu) = await FakeQemu.OpenAsync(Options);
        await using var _ = client;
        using var __ = qemu;
        for (var round = 0; round < 500; round++)
        {
            using CancellationTokenSource cancel = new();
            var raced = client.ExecuteAsync("raced", cancellationToken: cancel.Token);
            var other = client.ExecuteAsync("other", cancellationToken: Token);
            var (first, second) = (await qemu.ReadAsync(), await qemu.ReadAsync());
            var cancelling = Task.Run(cancel.Cancel, Token);
            await qemu.SendAsync(FakeQemu.Return(first.Id, $"{round}"), FakeQemu.Return(second.Id, $"{-round}"));

            try
            {
                Assert.Equal(round, (await raced.Soon()).GetInt32());
            }
            catch (OperationCanceledException)
            {
                Assert.True(raced.IsCanceled);
            }

            Assert.Equal(-round, (await other.Soon()).GetInt32());
            await cancelling;
        }
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using Orchestrator.Drivers;
using Orchestrator.Operations;

namespace Orchestrator.Tests.Operations;

/// <summary>Whether a guest's SSH answers, at a port that takes connections before it does.</summary>
public sealed class SshBannerTests : IDisposable
{
    private readonly WatchedTime _time = new();
    private readonly TcpListener _forwarder = new(IPAddress.Loopback, 0);

    public SshBannerTests() => _forwarder.Start();

    public void Dispose() => _forwarder.Dispose();

    [Theory]
    [InlineData("SSH-")]
    [InlineData("Authorised use only.\r\nSSH-")]
    public async Task A_server_that_begins_to_identify_itself_is_there_however_its_words_are_cut(string said)
    {
        var waiting = WaitAsync();
        using var connection = await AcceptAsync();
        foreach (var letter in Encoding.ASCII.GetBytes(said))
        {
            await connection.SendAsync(new[] { letter }, TestContext.Current.CancellationToken);
        }

        await waiting.Soon();
    }

    [Theory]
    [InlineData("")]
    [InlineData("SSH")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("not at a line's beginning: SSH-2.0\r\n")]
    public async Task Any_other_answer_is_none_and_another_attempt_follows(string said)
    {
        var waiting = WaitAsync();
        using (var connection = await AcceptAsync())
        {
            await connection.SendAsync(Encoding.ASCII.GetBytes(said), TestContext.Current.CancellationToken);
        }

        using var second = await NextAsync();
        await second.SendAsync("SSH-2.0-x\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await waiting.Soon();
    }

    [Fact]
    public async Task A_server_that_talks_without_end_is_not_listened_to_for_ever()
    {
        var waiting = WaitAsync();
        using (var connection = await AcceptAsync())
        {
            await connection.SendAsync(new byte[SshBanner.MostBytes], TestContext.Current.CancellationToken);
            using var second = await NextAsync();
            await second.SendAsync("SSH-2.0-x\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        }

        await waiting.Soon();
    }

    [Fact]
    public async Task A_server_is_not_waited_for_before_the_client_identifies_itself()
    {
        var waiting = WaitAsync();
        using var connection = await AcceptAsync();

        var heard = new byte[4];
        await connection.ReceiveAsync(heard, TestContext.Current.CancellationToken).AsTask().Soon();
        Assert.Equal("SSH-"u8.ToArray(), heard);

        await connection.SendAsync("SSH-2.0-x\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await waiting.Soon();
    }

    [Fact]
    public async Task A_port_that_takes_a_connection_and_says_nothing_is_tried_again()
    {
        var waiting = WaitAsync();
        using var silent = await AcceptAsync();

        await _time.PassesOnceAwaitedAsync(SshBanner.AnswerTime);
        using var second = await NextAsync();
        await second.SendAsync("SSH-2.0-x\r\n"u8.ToArray(), TestContext.Current.CancellationToken);

        await waiting.Soon();
    }

    [Fact]
    public async Task A_run_that_is_over_is_not_waited_for()
    {
        var failure = await Assert.ThrowsAsync<HypervisorException>(() => WaitAsync(Unused(), isOver: true).Soon());
        Assert.Contains("the run ended", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_has_no_port_yet_is_waited_for()
    {
        SshEndpoint? endpoint = null;
        var waiting = new SshBanner(_time).WaitAsync(() => endpoint, _ => Task.FromResult(false), TestContext.Current.CancellationToken);
        endpoint = Forwarder;

        using var connection = await NextAsync();
        await connection.SendAsync("SSH-2.0-x\r\n"u8.ToArray(), TestContext.Current.CancellationToken);

        Assert.Equal(endpoint, await waiting.Soon());
    }

    [Fact]
    public async Task A_guest_that_never_answers_is_given_up_with_the_port_and_the_remedy()
    {
        var port = Unused();
        var waiting = WaitAsync(port);

        await _time.Passes(TimeSpan.FromSeconds(10), until: waiting);

        var failure = await Assert.ThrowsAsync<HypervisorException>(() => waiting);
        Assert.Contains($"port {port} for 120 s", failure.Message, StringComparison.Ordinal);
        Assert.Contains("orchestrator logs", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_waits_may_stop_waiting()
    {
        using var enough = new CancellationTokenSource();
        var waiting = new SshBanner(_time).WaitAsync(() => Forwarder, _ => Task.FromResult(false), enough.Token);
        using var silent = await AcceptAsync();

        await enough.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Soon());
    }

    private SshEndpoint Forwarder => SshEndpoint.OnLoopback(((IPEndPoint)_forwarder.LocalEndpoint).Port);

    private static int Unused()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private Task<SshEndpoint> WaitAsync(int? port = null, bool isOver = false) => new SshBanner(_time).WaitAsync(
        () => port is { } other ? SshEndpoint.OnLoopback(other) : Forwarder, _ => Task.FromResult(isOver), TestContext.Current.CancellationToken);

    private Task<Socket> AcceptAsync() => _forwarder.AcceptSocketAsync(TestContext.Current.CancellationToken).AsTask().Soon();

    private async Task<Socket> NextAsync()
    {
        await _time.PassesOnceAwaitedAsync(SshBanner.Pause);
        return await AcceptAsync();
    }
}

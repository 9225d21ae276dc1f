using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Drivers;
using Orchestrator.Operations;

namespace Orchestrator.Tests.Operations;

/// <summary>The control socket, and the clients nobody would wish for.</summary>
public sealed class ControlServerTests : IDisposable
{
    private static readonly ControlRequest Question = new(ControlRequest.Stop, "20260102-030405-abcde", Now: true);

    private readonly string _directory = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
    private readonly FakeTimeProvider _time = new();

    private string SocketPath => Path.Combine(_directory, "control.sock");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_request_arrives_as_it_was_asked_and_is_answered()
    {
        ControlRequest? asked = null;
        await using var server = Serve((request, _) =>
        {
            asked = request;
            return Task.FromResult(new ControlResponse());
        });

        await AskAsync();

        Assert.Equal(Question, asked);
    }

    [Fact]
    public async Task A_refusal_is_told_in_the_services_words()
    {
        await using var server = Serve((_, _) => throw new HostException(HostProblem.Other, "there is no such run"));
        Assert.Equal("there is no such run", (await Assert.ThrowsAsync<HostException>(AskAsync)).Message);
    }

    [Fact]
    public async Task A_defect_of_the_service_is_not_taken_for_its_absence_and_ends_nothing()
    {
        var asked = 0;
        await using var server = Serve((_, _) => asked++ == 0 ? throw new InvalidOperationException("out of order") : Task.FromResult(new ControlResponse()));

        Assert.Equal("a defect of the service: out of order", (await Assert.ThrowsAsync<HostException>(AskAsync)).Message);

        await AskAsync();
    }

    [Fact]
    public async Task The_socket_is_its_users_alone()
    {
        await using var server = Serve();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));
    }

    [Fact]
    public async Task What_a_dead_service_left_at_the_path_is_replaced()
    {
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(Path.Combine(_directory, "dead.sock")));
            dead.Listen();
            File.Move(Path.Combine(_directory, "dead.sock"), SocketPath); // so that .NET does not remove it, as a kill would not
        }

        var refused = await Assert.ThrowsAsync<HostException>(AskAsync);
        await using var server = Serve();
        await AskAsync();

        Assert.Equal(HostProblem.ServiceUnavailable, refused.Problem);
        Assert.Contains("is 'orchestrator up' running", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_another_service_made_at_the_path_meanwhile_stays()
    {
        var first = Serve();
        File.Delete(SocketPath);
        await using var second = Serve();

        await first.DisposeAsync();

        await AskAsync();
    }

    [Fact]
    public void A_path_that_cannot_be_had_is_named_with_the_remedy()
    {
        Directory.CreateDirectory(SocketPath);
        var refusal = Assert.Throws<HostException>(() => Serve());
        Assert.Contains(SocketPath, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--state-dir", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_that_is_too_long_for_a_socket_is_the_users_mistake()
    {
        var path = Path.Combine(_directory, new string('x', 108));
        var refusal = Assert.Throws<ConfigurationException>(() => ControlServer.Start(path, Agree, _time));
        Assert.Contains("107 are possible", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("\n")]
    [InlineData("null\n")]
    [InlineData("[]\n")]
    [InlineData("{}\n")]
    [InlineData("{\"command\":null}\n")]
    [InlineData("{\"command\":7}\n")]
    [InlineData("{\"command\":\"\\ud800\"}\n")]
    [InlineData("{\"command\":\"stop\"\n")]
    [InlineData("\0\u0001\u0002\n")]
    public async Task Garbage_is_answered_with_what_is_wrong_with_it(string line)
    {
        await using var server = Serve((_, _) => throw new InvalidOperationException("it was taken for a request"));
        Assert.StartsWith("the request makes no sense: ", await SayAsync(Encoding.UTF8.GetBytes(line)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_garbage_too()
    {
        await using var server = Serve((_, _) => throw new InvalidOperationException("it was taken for a request"));
        Assert.StartsWith("the request makes no sense: ", await SayAsync([.. "{\"command\":\""u8, 0xFF, 0xFE, .. "\"}\n"u8]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_without_an_end_is_read_no_further_than_a_line_may_be_long()
    {
        await using var server = Serve();
        var said = await SayAsync(Encoding.UTF8.GetBytes(new string('x', ControlLine.MaxBytes + 1000)));
        Assert.Equal($"the request makes no sense: it is longer than {ControlLine.MaxBytes} bytes", said);
    }

    [Fact]
    public async Task A_line_that_is_cut_off_is_no_request()
    {
        await using var server = Serve((_, _) => throw new InvalidOperationException("it was taken for a request"));
        Assert.Contains("ends without a line's end", await SayAsync("{\"command\":\"stop\"}"u8.ToArray(), close: true), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_says_nothing_is_not_waited_for_for_ever_and_keeps_nobody_waiting()
    {
        await using var server = Serve();
        using var silent = Connect();
        using var slow = Connect();
        await slow.SendAsync("{\"comm"u8.ToArray(), TestContext.Current.CancellationToken);

        await AskAsync();
        var ends = Task.WhenAll(ReadToEndAsync(silent), ReadToEndAsync(slow));
        await _time.Passes(ControlServer.Patience, until: ends);

        Assert.All(await ends, Assert.Empty);
    }

    [Fact]
    public async Task A_client_that_closes_at_once_disturbs_nobody()
    {
        await using var server = Serve();
        for (var client = 0; client < 100; client++)
        {
            Connect().Dispose();
        }

        await AskAsync();
    }

    [Fact]
    public async Task A_client_that_goes_away_meanwhile_does_not_undo_what_it_asked_for()
    {
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        CancellationToken told = default;
        var server = Serve(async (_, cancellationToken) =>
        {
            told = cancellationToken;
            begun.SetResult();
            await go.Task;
            return new ControlResponse();
        });
        using (var client = Connect())
        {
            await client.SendAsync("{\"command\":\"stop\"}\n"u8.ToArray(), TestContext.Current.CancellationToken);
            await begun.Task.Soon();
        }

        Assert.False(told.IsCancellationRequested);
        go.SetResult();
        await server.DisposeAsync().AsTask().Soon();
    }

    [Fact]
    public async Task Many_clients_are_served_at_once()
    {
        const int many = 200;
        var (asked, all) = (0, new TaskCompletionSource());
        await using var server = Serve(async (_, cancellationToken) =>
        {
            if (Interlocked.Increment(ref asked) == many)
            {
                all.SetResult();
            }

            await all.Task.WaitAsync(cancellationToken);
            return new ControlResponse();
        });

        await Task.WhenAll(Enumerable.Range(0, many).Select(_ => AskAsync())).Soon();
    }

    [Fact]
    public async Task Closing_tells_those_who_wait_and_waits_for_nobody_who_is_silent()
    {
        var begun = new TaskCompletionSource();
        var server = Serve(async (_, cancellationToken) =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return new ControlResponse();
        });
        using var silent = Connect();
        var asking = AskAsync();
        await begun.Task.Soon();

        await server.DisposeAsync().AsTask().Soon();

        Assert.Equal("the service ends", (await Assert.ThrowsAsync<HostException>(() => asking)).Message);
        Assert.False(File.Exists(SocketPath));
        Assert.Equal(HostProblem.ServiceUnavailable, (await Assert.ThrowsAsync<HostException>(AskAsync)).Problem);
    }

    [Fact]
    public async Task A_client_that_does_not_take_its_answer_does_not_hold_up_the_end()
    {
        var answered = new TaskCompletionSource();
        var server = Serve((_, _) =>
        {
            answered.SetResult();
            return Task.FromResult(new ControlResponse(new string('x', 4 << 20)));
        });
        using var deaf = Connect();
        await deaf.SendAsync("{\"command\":\"stop\"}\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await answered.Task.Soon();

        var closing = server.DisposeAsync().AsTask();
        await _time.Passes(ControlServer.Patience, until: closing);

        await closing;
    }

    private static Task<ControlResponse> Agree(ControlRequest request, CancellationToken cancellationToken) => Task.FromResult(new ControlResponse());

    private ControlServer Serve(Func<ControlRequest, CancellationToken, Task<ControlResponse>>? handle = null) =>
        ControlServer.Start(SocketPath, handle ?? Agree, _time);

    private Task AskAsync() => new ControlClient(SocketPath).AskAsync(Question, TestContext.Current.CancellationToken).Soon();

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(SocketPath));
        return socket;
    }

    private async Task<string?> SayAsync(byte[] bytes, bool close = false)
    {
        using var client = Connect();
        await using var stream = new NetworkStream(client);
        await stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
        if (close)
        {
            client.Shutdown(SocketShutdown.Send);
        }

        return (await ControlLine.ReadAsync(stream, ControlJson.Default.ControlResponse, TestContext.Current.CancellationToken).Soon())?.Error;
    }

    private static async Task<string> ReadToEndAsync(Socket client)
    {
        using var reader = new StreamReader(new NetworkStream(client));
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken).Soon();
    }
}

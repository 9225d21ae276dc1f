using System.Net.Sockets;
using System.Text;
using Orchestrator.Drivers;
using Orchestrator.Operations;

namespace Orchestrator.Tests.Operations;

/// <summary>What a command makes of a service that is none.</summary>
public sealed class ControlClientTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
    private readonly Socket _service = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public ControlClientTests()
    {
        _service.Bind(new UnixDomainSocketEndPoint(SocketPath));
        _service.Listen();
    }

    private string SocketPath => Path.Combine(_directory, "control.sock");

    public void Dispose()
    {
        _service.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("", "it closed the connection without an answer")]
    [InlineData("{\"error\":", "ends without a line's end")]
    [InlineData("<html>\n", "'<' is an invalid start")]
    [InlineData("null\n", "it is null")]
    public async Task A_service_that_makes_no_sense_is_as_good_as_none(string answer, string why)
    {
        var asking = AskAsync(SocketPath);
        using (var connection = await _service.AcceptAsync(TestContext.Current.CancellationToken).AsTask().Soon())
        {
            await ControlLine.ReadAsync(new NetworkStream(connection), ControlJson.Default.ControlRequest, TestContext.Current.CancellationToken).Soon();
            await connection.SendAsync(Encoding.UTF8.GetBytes(answer), TestContext.Current.CancellationToken);
        }

        var failure = await Assert.ThrowsAsync<HostException>(() => asking);
        Assert.Equal(HostProblem.ServiceUnavailable, failure.Problem);
        Assert.Contains(SocketPath, failure.Message, StringComparison.Ordinal);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_without_an_end_is_read_no_further_than_a_line_may_be_long()
    {
        var asking = AskAsync(SocketPath);
        using var connection = await _service.AcceptAsync(TestContext.Current.CancellationToken).AsTask().Soon();
        await connection.SendAsync(new byte[ControlLine.MaxBytes], TestContext.Current.CancellationToken);

        Assert.Contains("longer than", (await Assert.ThrowsAsync<HostException>(() => asking)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_service_can_be_there_is_none()
    {
        foreach (var path in (string[])[Path.Combine(_directory, "missing.sock"), Path.Combine(_directory, new string('x', 200))])
        {
            Assert.Equal(HostProblem.ServiceUnavailable, (await Assert.ThrowsAsync<HostException>(() => AskAsync(path))).Problem);
        }

        var missing = await Assert.ThrowsAsync<HostException>(() => AskAsync(Path.Combine(_directory, "missing.sock")));
        Assert.Contains("there is no such socket", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_asks_may_stop_waiting()
    {
        using var enough = new CancellationTokenSource();
        var asking = new ControlClient(SocketPath).AskAsync(new ControlRequest(ControlRequest.Stop), enough.Token);
        using var connection = await _service.AcceptAsync(TestContext.Current.CancellationToken).AsTask().Soon();

        await enough.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.Soon());
    }

    private static Task<ControlResponse> AskAsync(string path) =>
        new ControlClient(path).AskAsync(new ControlRequest(ControlRequest.Stop, "run"), TestContext.Current.CancellationToken).Soon();
}

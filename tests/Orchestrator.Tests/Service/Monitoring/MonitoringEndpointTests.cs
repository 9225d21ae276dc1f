using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Drivers;
using Orchestrator.Reporting;
using Orchestrator.Service.Monitoring;
using Orchestrator.Service.Reporting;

namespace Orchestrator.Tests.Service.Monitoring;

public sealed class MonitoringEndpointTests : IAsyncLifetime, IHealth, IServiceReporter
{
    private readonly FakeTimeProvider _time = new();
    private readonly MetricsFixture _fixture = new();
    private readonly ServiceReports _reports;
    private readonly MonitoringEndpoint _endpoint;
    private string? _failure;
    private Exception? _defect;

    public MonitoringEndpointTests()
    {
        _reports = new ServiceReports(this, _ => { }, _time);
        _endpoint = new MonitoringEndpoint(new IPEndPoint(IPAddress.Loopback, 0), _fixture.Metrics, this, _reports, _time);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_are_told_in_the_format_that_prometheus_reads()
    {
        using var client = new HttpClient();

        using var response = await client.GetAsync(new Uri($"http://{_endpoint.Endpoint}/metrics?x=1"), Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Contains("orchestrator_machines_running 1\n", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_is_ok_or_says_what_is_wrong()
    {
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await AskAsync("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);

        _failure = "it hangs";
        var answer = await AskAsync("GET /healthz HTTP/1.0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 503 Service Unavailable\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nit hangs\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_health_that_cannot_be_found_out_is_an_error_and_not_silence()
    {
        _defect = new InvalidOperationException("a defect");

        Assert.StartsWith("HTTP/1.1 500 Internal Server Error\r\n", await AskAsync("GET /healthz HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://x/healthz")]
    [InlineData("HTTP://x:9464/healthz?y=1")]
    [InlineData("https://x/healthz")]
    public async Task A_target_may_be_absolute_as_from_a_proxy(string target) =>
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await AskAsync($"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);

    [Theory]
    [InlineData("GET http://x/ HTTP/1.1\r\n\r\n", "404")]
    [InlineData("GET http:///metrics HTTP/1.1\r\n\r\n", "404")]
    [InlineData("GET ftp://x/metrics HTTP/1.1\r\n\r\n", "404")]
    [InlineData("POST /metrics HTTP/1.1\r\n\r\n", "405")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "404")]
    [InlineData("GET /../../etc/passwd HTTP/1.1\r\n\r\n", "404")]
    [InlineData("GET /metrics HTTP/2.0\r\n\r\n", "400")]
    [InlineData("GET  /metrics HTTP/1.1\r\n\r\n", "400")]
    [InlineData("\r\n\r\n", "400")]
    public async Task Nothing_else_is_answered(string request, string status) =>
        Assert.StartsWith($"HTTP/1.1 {status} ", await AskAsync(request), StringComparison.Ordinal);

    [Fact]
    public async Task A_request_without_end_is_refused()
    {
        var answer = await AskAsync("GET /metrics HTTP/1.1\r\n" + new string('x', 8192 - "GET /metrics HTTP/1.1\r\n".Length));

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_has_no_body()
    {
        Assert.EndsWith("Connection: close\r\n\r\n", await AskAsync("HEAD /metrics HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clients_that_say_nothing_are_put_out_and_make_room_for_the_next()
    {
        var silent = new List<Socket>();
        for (var count = 0; count < 8; count++)
        {
            silent.Add(await ConnectAsync());
        }

        var buffer = new byte[1];
        var closing = silent[0].ReceiveAsync(buffer, Token).AsTask();
        while (!closing.IsCompleted)
        {
            // The endpoint may not have taken all of them in when the clock is moved for the first time.
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.WhenAny(closing, Task.Delay(20, Token));
        }

        // Not before: a clock that is moved once too often would put the ninth out, too.
        Assert.Equal(0, await closing);
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync("GET /healthz HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
        silent.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var second = new MonitoringEndpoint(_endpoint.Endpoint, _fixture.Metrics, this, _reports, _time);

        var failure = await Assert.ThrowsAsync<HostException>(() => second.StartAsync(Token));

        Assert.StartsWith($"up.listen {_endpoint.Endpoint}: Address already in use; choose another", failure.Message, StringComparison.Ordinal);
        Assert.Equal(HostProblem.PortBusy, failure.Problem);
    }

    public async ValueTask InitializeAsync() => await _endpoint.StartAsync(Token);

    public async ValueTask DisposeAsync()
    {
        await _endpoint.StopAsync(CancellationToken.None);
        _endpoint.Dispose();
        await _reports.DisposeAsync();
        _fixture.Dispose();
    }

    Task<string?> IHealth.CheckAsync(CancellationToken cancellationToken) =>
        _defect is null ? Task.FromResult(_failure) : Task.FromException<string?>(_defect);

    void IServiceReporter.Tell(ServiceEvent happened, DateTimeOffset at)
    {
    }

    IRunReporter IServiceReporter.OfRun(string instance) => throw new NotSupportedException();

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_endpoint.Endpoint!, Token);
        return socket;
    }

    private async Task<string> AskAsync(string request)
    {
        using var socket = await ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), Token);
        var answer = new MemoryStream();
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer, Token) is > 0 and var count)
        {
            answer.Write(buffer, 0, count);
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }
}

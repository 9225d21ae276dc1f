using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Linux;
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
        _endpoint = EndpointAt(new IPEndPoint(IPAddress.Loopback, 0), "ci-host-1.example");
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
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await AskAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"), StringComparison.Ordinal);

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
    [InlineData("http://localhost/healthz")]
    [InlineData("HTTP://localhost:9464/healthz?y=1")]
    [InlineData("https://[::1]/healthz")]
    public async Task A_target_may_be_absolute_as_from_a_proxy(string target) =>
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await AskAsync($"GET {target} HTTP/1.1\r\nHost: proxy\r\n\r\n"), StringComparison.Ordinal);

    [Theory]
    [InlineData("GET http://localhost/ HTTP/1.1\r\n\r\n", "404")]
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

    [Theory]
    [InlineData("127.0.0.1:9464", "200")]
    [InlineData("[::1]:9464", "200")]
    [InlineData("192.0.2.7", "200")]
    [InlineData("LocalHost", "200")]
    [InlineData("ci-host-1.example:9464", "200")]
    [InlineData("ci-host-1.stranger.example:9464", "421")]
    [InlineData("stranger.example", "421")]
    [InlineData("127.0.0.1.stranger.example", "421")]
    [InlineData("[::1", "421")]
    [InlineData("", "421")]
    public async Task A_browser_that_was_led_here_by_a_name_of_strangers_gets_no_metrics(string host, string status) =>
        Assert.StartsWith($"HTTP/1.1 {status} ", await AskAsync($"GET /metrics HTTP/1.1\r\nAccept: */*\r\nhost: {host}\r\n\r\n"), StringComparison.Ordinal);

    [Fact]
    public async Task This_hosts_own_name_is_known() =>
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync($"GET /healthz HTTP/1.1\r\nHost: {Dns.GetHostName()}:9464\r\n\r\n"), StringComparison.Ordinal);

    [Fact]
    public async Task Clients_that_say_nothing_hold_nobody_up()
    {
        // No time passes.
        var silent = new List<Socket>();
        for (var count = 0; count <= MonitoringEndpoint.MostClients; count++)
        {
            silent.Add(await ConnectAsync());
        }

        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync("GET /healthz HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal([true, true, false], silent.Take(3).Select(socket => socket.Poll(TimeSpan.Zero, SelectMode.SelectRead)));
        silent.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Clients_that_say_nothing_are_put_out()
    {
        using var silent = await ConnectAsync();
        var closing = silent.ReceiveAsync(new byte[1], Token).AsTask();
        while (!closing.IsCompleted)
        {
            // The endpoint may not have taken it in when the clock is moved for the first time.
            _time.Advance(TimeSpan.FromSeconds(2));
            await Task.WhenAny(closing, Task.Delay(20, Token));
        }

        Assert.Equal(0, await closing);
    }

    [Fact]
    public async Task A_socket_is_its_users_and_their_groups_and_goes_with_the_service()
    {
        var (path, address) = SocketIn(Directory.CreateTempSubdirectory("monitoring-").FullName);
        using var endpoint = EndpointAt(address);
        await endpoint.StartAsync(Token);

        Assert.Equal((UnixFileMode)0b110_110_000, File.GetUnixFileMode(path));
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync("GET /metrics HTTP/1.1\r\nHost: whatever\r\n\r\n", endpoint), StringComparison.Ordinal);

        await endpoint.StopAsync(Token);
        Assert.False(Path.Exists(path));
        Directory.Delete(Path.GetDirectoryName(path)!);
    }

    [Fact]
    public async Task A_socket_that_a_dead_service_left_is_replaced_and_a_living_ones_is_not()
    {
        var (path, address) = SocketIn(Directory.CreateTempSubdirectory("monitoring-").FullName);
        Libc.Listen(path, 1).Dispose();
        using var endpoint = EndpointAt(address);
        await endpoint.StartAsync(Token);
        using var second = EndpointAt(address);

        var failure = await Assert.ThrowsAsync<HostException>(() => second.StartAsync(Token));

        Assert.Equal($"up.listen unix:{path}: a process listens there; end it, or choose another path", failure.Message);
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync("GET /metrics HTTP/1.0\r\n\r\n", endpoint), StringComparison.Ordinal);
        await endpoint.StopAsync(Token);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Theory]
    [InlineData("a file", "something that is no socket is in its place")]
    [InlineData("a link", "something that is no socket is in its place")]
    [InlineData("an open directory", "others may write to ")]
    public async Task Nothing_else_is_taken_out_of_a_sockets_way(string obstacle, string reason)
    {
        var (path, address) = SocketIn(Directory.CreateTempSubdirectory("monitoring-").FullName);
        var directory = Path.GetDirectoryName(path)!;
        switch (obstacle)
        {
            case "a file":
                await File.WriteAllTextAsync(path, "", Token);
                break;
            case "a link":
                File.CreateSymbolicLink(path, "/dev/null");
                break;
            default:
                File.SetUnixFileMode(directory, (UnixFileMode)0b111_111_111);
                break;
        }

        using var endpoint = EndpointAt(address);

        Assert.StartsWith(
            $"up.listen unix:{path}: {reason}",
            (await Assert.ThrowsAsync<HostException>(() => endpoint.StartAsync(Token))).Message,
            StringComparison.Ordinal);
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var second = EndpointAt(_endpoint.Endpoint!);

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

    private static (string Path, UnixDomainSocketEndPoint Address) SocketIn(string directory)
    {
        var path = Path.Combine(directory, "socket");
        return (path, new UnixDomainSocketEndPoint(path));
    }

    private MonitoringEndpoint EndpointAt(EndPoint address, params string[] names) =>
        new(new UpSettings { Listen = address, ListenNames = names }, _fixture.Metrics, this, _reports, _time);

    private async Task<Socket> ConnectAsync(MonitoringEndpoint? endpoint = null)
    {
        var address = (endpoint ?? _endpoint).Endpoint!;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(address, Token);
        return socket;
    }

    private async Task<string> AskAsync(string request, MonitoringEndpoint? endpoint = null)
    {
        using var socket = await ConnectAsync(endpoint);
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

using System.Net;
using System.Net.Sockets;
using System.Text;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.GitHub;

namespace Orchestrator.Tests.GitHub;

/// <summary>What is said of a proxy that is in the way: which one, and never its password.</summary>
public sealed class ProxyTests : IDisposable
{
    private const string Password = "hunter2-of-the-proxy";

    private readonly TcpListener _proxy = new(IPAddress.Loopback, 0);
    private readonly HastyTime _time = new(new DateTimeOffset(2026, 1, 2, 14, 0, 0, TimeSpan.Zero));

    public ProxyTests() => _proxy.Start();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private int Port => ((IPEndPoint)_proxy.LocalEndpoint).Port;

    public void Dispose() => _proxy.Dispose();

    [Theory]
    [InlineData("https://ghes.invalid", true, "does not take our user and password (407): write them into HTTPS_PROXY")]
    [InlineData("https://ghes.invalid", false, "wants a user and a password (407): write them into HTTPS_PROXY")]
    [InlineData("http://ghes.invalid", true, "does not take our user and password (407): write them into http_proxy")]
    [InlineData("http://ghes.invalid", false, "wants a user and a password (407): write them into http_proxy")]
    public async Task A_proxy_that_wants_to_know_who_asks_is_named(string url, bool known, string words)
    {
        _ = AnswerAsync("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");

        await RefusedAsync(url, known ? $"http://user:{Password}@127.0.0.1:{Port}" : $"http://127.0.0.1:{Port}", $"the proxy http://127.0.0.1:{Port} {words}");
    }

    [Fact]
    public async Task A_proxy_that_does_not_lead_there_is_named()
    {
        _ = AnswerAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");

        await RefusedAsync(
            "https://ghes.invalid", $"http://user:{Password}@127.0.0.1:{Port}", $"the proxy http://127.0.0.1:{Port} does not lead to ghes.invalid");
    }

    [Theory]
    [InlineData("http")]
    [InlineData("socks5h")]
    public async Task A_proxy_that_is_not_there_is_named(string scheme)
    {
        var port = Port;
        _proxy.Stop();

        await RefusedAsync("https://ghes.invalid", $"{scheme}://user:{Password}@127.0.0.1:{port}", $"the proxy {scheme.TrimEnd('h')}://127.0.0.1:{port}");
    }

    [Fact]
    public async Task A_proxy_that_has_no_name_is_named() =>
        await RefusedAsync("https://ghes.invalid", $"http://user:{Password}@proxy.invalid:3128", "the name of the proxy http://proxy.invalid:3128 cannot be resolved");

    [Fact]
    public async Task A_proxy_of_a_kind_that_nobody_knows_is_refused_before_anything_is_asked() =>
        await RefusedAsync("https://ghes.invalid", $"gopher://user:{Password}@127.0.0.1:{Port}", "environment: HTTPS_PROXY: \"gopher\" is no scheme of a proxy");

    [Fact]
    public async Task What_is_asked_goes_through_it_with_user_and_password()
    {
        var asked = AnswerAsync("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");

        await RefusedAsync("https://ghes.invalid", $"http://user:{Password}@127.0.0.1:{Port}", "407");

        var text = await asked;
        Assert.StartsWith("CONNECT ghes.invalid:443 HTTP/1.1", text, StringComparison.Ordinal);
        Assert.Contains($"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"user:{Password}"))}", text, StringComparison.OrdinalIgnoreCase);
    }

    private async Task RefusedAsync(string url, string proxy, string words)
    {
        var settings = new GitHubSettings
        {
            ApiUrl = new Uri(url),
            Credentials = new GitHubCredentials("ghp_Token", null),
            Proxies = new ProxyVariables(new Dictionary<string, string> { [url.StartsWith("https", StringComparison.Ordinal) ? "HTTPS_PROXY" : "http_proxy"] = proxy }),
        };

        var failure = await Assert.ThrowsAsync<HostException>(() => new GitHubApi(settings, _time).CallAsync(
            "subject",
            GitHubScope.Parse("a/b"),
            (connection, token) => connection.Get<RepositoryModel>(new Uri("repos/a/b", UriKind.Relative), null, null, token),
            Cancellation));

        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, failure.ToString(), StringComparison.Ordinal);
    }

    // The same to everybody who comes, however often; returns what they said once they have gone.
    private async Task<string> AnswerAsync(string answer)
    {
        var said = new StringBuilder();
        while (true)
        {
            try
            {
                using var client = await _proxy.AcceptTcpClientAsync(Cancellation);
                var stream = client.GetStream();
                var buffer = new byte[4096];
                while (await stream.ReadAsync(buffer, Cancellation) is > 0 and var read)
                {
                    said.Append(Encoding.Latin1.GetString(buffer, 0, read));
                    await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), Cancellation);
                    if (said.ToString().Contains("Proxy-Authorization", StringComparison.OrdinalIgnoreCase))
                    {
                        return said.ToString();
                    }
                }
            }
            catch (IOException)
            {
                // That one has gone; another may come.
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return said.ToString();
            }
        }
    }
}

using System.Security.Cryptography;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.GitHub;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;

namespace Orchestrator.Tests.GitHub;

public sealed class GitHubIdentityTests : IDisposable
{
    private readonly WireMockServer _server = WireMockServer.Start();
    private readonly HastyTime _time = new(DateTimeOffset.UtcNow);
    private readonly string _keyFile = Path.GetTempFileName();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _server.Dispose();
        File.Delete(_keyFile);
    }

    [Theory]
    [InlineData(200, "X-OAuth-Scopes", "repo, workflow", "user octo; a classic token with the scopes repo, workflow; no limit of calls is told")]
    [InlineData(200, "X-Other", "x", "user octo; GitHub does not tell what a token of this kind may do; no limit of calls is told")]
    [InlineData(403, "X-Other", "x", "a token that is no user's; GitHub does not tell what a token of this kind may do; no limit of calls is told")]
    public async Task A_token_is_a_users_or_nobodys(int status, string header, string value, string identity)
    {
        Answer("GET", "/user", status, """{"login": "octo", "message": "Resource not accessible by integration"}""", (header, value));
        using var github = Connect(new GitHubCredentials("ghp_Token", null));

        Assert.Equal(identity, $"{await github.IdentifyAsync(GitHubScope.Parse("acme/site"), Cancellation)}");
    }

    [Fact]
    public async Task Calls_that_are_left_are_told_with_the_time_when_there_are_new_ones()
    {
        Answer("GET", "/user", 200, """{"login": "octo"}""", ("X-RateLimit-Limit", "5000"), ("X-RateLimit-Remaining", "4987"), ("X-RateLimit-Reset", "1767363000"));
        using var github = Connect(new GitHubCredentials("ghp_Token", null));

        Assert.EndsWith(
            "; 4987 of 5000 calls an hour left, new ones at 14:10:00 UTC", $"{await github.IdentifyAsync(GitHubScope.Parse("acme/site"), Cancellation)}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "does not accept the token")]
    [InlineData(429, "rate limit")]
    [InlineData(500, "GitHub itself failed")]
    public async Task Who_is_refused_is_nobody(int status, string words)
    {
        Answer("GET", "/user", status, "{}");
        using var github = Connect(new GitHubCredentials("ghp_Token", null));

        var failure = await Assert.ThrowsAsync<HostException>(() => github.IdentifyAsync(GitHubScope.Parse("acme/site"), Cancellation));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "6200 of 6250 calls an hour left")]
    [InlineData(404, "no limit of calls is told")]
    public async Task An_App_is_what_its_owner_has_installed(int status, string left)
    {
        using var key = RSA.Create(2048);
        await File.WriteAllTextAsync(_keyFile, key.ExportRSAPrivateKeyPem(), Cancellation);
        File.SetUnixFileMode(_keyFile, UnixFileMode.UserRead);
        Answer("GET", "/repos/acme/site/installation", 200, """{"id": 7, "app_slug": "our-app", "permissions": {"metadata": "read", "administration": "write"}}""");
        Answer("POST", "/app/installations/7/access_tokens", 201, """{"token": "ghs_Token", "expires_at": "2999-01-01T00:00:00Z"}""");
        Answer("GET", "/rate_limit", status, """{"resources": {}}""", status == 200 ? [("X-RateLimit-Limit", "6250"), ("X-RateLimit-Remaining", "6200")] : []);
        using var github = Connect(new GitHubCredentials(null, null, null, "1", _keyFile));

        Assert.Equal(
            $"App our-app, as acme has it installed; its permissions are administration: write, metadata: read; {left}",
            $"{await github.IdentifyAsync(GitHubScope.Parse("acme/site"), Cancellation)}");
    }

    private GitHubApi Connect(GitHubCredentials credentials) => new(new GitHubSettings { ApiUrl = new Uri(_server.Url!), Credentials = credentials }, _time);

    private void Answer(string method, string path, int status, string body, params (string Name, string Value)[] headers)
    {
        var response = Response.Create().WithStatusCode(status).WithHeader("Content-Type", "application/json").WithBody(body);
        foreach (var (name, value) in headers)
        {
            response = response.WithHeader(name, value);
        }

        _server.Given(Request.Create().WithPath("/api/v3" + path).UsingMethod(method)).RespondWith(response);
    }
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.GitHub;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;

namespace Orchestrator.Tests.GitHub;

public sealed class GitHubAppTests : IDisposable
{
    private const string Repository = "/api/v3/repos/acme/site";
    private const string Mint = "/api/v3/app/installations/77/access_tokens";
    private const string Id = "Iv23liTheClientId";

    private readonly WireMockServer _server = WireMockServer.Start();

    // The server's answers have the date of this machine.
    private readonly HastyTime _time = new(DateTimeOffset.UtcNow);
    private readonly string _keyFile = Path.GetTempFileName();
    private readonly RSA _key = RSA.Create(2048);
    private readonly List<string> _warnings = [];

    public GitHubAppTests()
    {
        Write(_key.ExportRSAPrivateKeyPem());
        Answer("GET", Repository, 200, """{"id": 1}""");
        Answer("GET", Repository + "/installation", 200, """{"id": 77, "app_slug": "our-app", "permissions": {"administration": "write", "metadata": "read"}}""");
        AnswerMint("ghs_TheFirstInstallationToken");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IEnumerable<string> Asked => _server.LogEntries.Select(entry => $"{entry.RequestMessage!.Method} {entry.RequestMessage.Path}");

    public void Dispose()
    {
        _server.Dispose();
        _key.Dispose();
        File.Delete(_keyFile);
    }

    [Theory]
    [InlineData(Id, false)]
    [InlineData("123456", true)]
    public async Task An_installations_token_is_asked_for_one_repository_and_one_permission(string id, bool pkcs8)
    {
        Write(pkcs8 ? _key.ExportPkcs8PrivateKeyPem() : _key.ExportRSAPrivateKeyPem());
        using var github = Connect(id);

        await CallAsync(github);

        Assert.Equal([$"GET {Repository}/installation", $"POST {Mint}", $"GET {Repository}"], Asked);
        Assert.Equal("Bearer ghs_TheFirstInstallationToken", Shown(2));
        Assert.Equal(
            """{"repositories":["site"],"permissions":{"administration":"write"}}""",
            _server.LogEntries.ElementAt(1).RequestMessage!.Body);
        foreach (var jwt in new[] { Shown(0), Shown(1) })
        {
            var claims = Verify(jwt);
            Assert.Equal(_time.GetUtcNow().ToUnixTimeSeconds() - 60, claims.GetProperty("iat").GetInt64());
            Assert.InRange(claims.GetProperty("exp").GetInt64() - _time.GetUtcNow().ToUnixTimeSeconds(), 1, 600);
            Assert.Equal(id, claims.GetProperty("iss").ToString());
            Assert.Equal(pkcs8 ? JsonValueKind.Number : JsonValueKind.String, claims.GetProperty("iss").ValueKind);
        }
    }

    [Fact]
    public async Task An_organizations_token_is_asked_for_its_runners()
    {
        Answer("GET", "/api/v3/orgs/acme/installation", 200, """{"id": 77}""");
        using var github = Connect();

        await CallAsync(github, GitHubScope.Parse("acme"));

        Assert.Equal(["GET /api/v3/orgs/acme/installation", $"POST {Mint}"], Asked.Take(2));
        Assert.Equal("""{"permissions":{"organization_self_hosted_runners":"write"}}""", _server.LogEntries.ElementAt(1).RequestMessage!.Body);
    }

    [Fact]
    public async Task A_token_serves_until_shortly_before_its_end()
    {
        using var github = Connect();
        await CallAsync(github);
        _time.Advance(TimeSpan.FromMinutes(54));
        await CallAsync(github);
        AnswerMint("ghs_TheSecondInstallationToken");

        _time.Advance(TimeSpan.FromMinutes(2));
        await CallAsync(github);

        Assert.Equal(2, Asked.Count(request => request == $"POST {Mint}"));
        Assert.Equal("Bearer ghs_TheSecondInstallationToken", Shown(_server.LogEntries.Count - 1));
    }

    [Fact]
    public async Task A_token_that_GitHub_does_not_accept_any_more_is_not_shown_again()
    {
        using var github = Connect();
        Answer("GET", Repository, 401, """{"message": "Bad credentials"}""");
        Assert.Contains(
            "does not accept the App's token any more (401 Bad credentials)",
            (await Assert.ThrowsAsync<HostException>(() => CallAsync(github))).Message,
            StringComparison.Ordinal);

        await Assert.ThrowsAsync<HostException>(() => CallAsync(github));

        Assert.Equal(2, Asked.Count(request => request == $"POST {Mint}"));
    }

    [Theory]
    [InlineData(180, "behind")]
    [InlineData(-7200, "ahead of")]
    public async Task A_clock_that_is_wrong_is_told_once_and_GitHubs_counts(int seconds, string words)
    {
        var theirs = _time.GetUtcNow();
        var time = new HastyTime(theirs - TimeSpan.FromSeconds(seconds));
        _server.Given(Request.Create().UsingGet().WithPath(Repository + "/installation")).InScenario("clock").WillSetStateTo("known").RespondWith(
            Response.Create().WithStatusCode(401).WithBody("""{"message": "'Expiration time' claim ('exp') is too far in the future"}"""));
        _server.Given(Request.Create().UsingGet().WithPath(Repository + "/installation")).InScenario("clock").WhenStateIs("known").RespondWith(
            Response.Create().WithStatusCode(200).WithHeader("Content-Type", "application/json").WithBody("""{"id": 77}"""));
        using var github = Connect(time: time);

        await CallAsync(github);
        await CallAsync(github);

        Assert.Matches($@"^this host's clock is \d+ s {words} localhost:\d+'s, which counts", Assert.Single(_warnings));
        Assert.InRange(Verify(Shown(0)).GetProperty("iat").GetInt64() - theirs.ToUnixTimeSeconds() + 60, -seconds, -seconds);
        Assert.InRange(Verify(Shown(1)).GetProperty("iat").GetInt64() - theirs.ToUnixTimeSeconds() + 60, -1, 29);
        Assert.Single(Asked, request => request == $"POST {Mint}");
    }

    [Theory]
    [InlineData("GET", Repository + "/installation", 404, "as GitHub put it", "it is not installed for acme/site: install it there")]
    [InlineData("GET", Repository + "/installation", 401, "as GitHub put it", "are not of one App, or the key was deleted")]
    [InlineData("POST", Mint, 422, "as GitHub put it", "give it the repository permission \"Administration: read and write\", and have its installation accept that")]
    [InlineData("POST", Mint, 403, "as GitHub put it", "give it the repository permission")]
    [InlineData("POST", Mint, 403, "the `acme` organization has an IP allow list enabled", "have the address under which this host")]
    [InlineData("POST", Mint, 403, "This installation has been suspended", "whoever administers acme has to unsuspend it")]
    [InlineData("POST", Mint, 404, "as GitHub put it", "its installation was removed meanwhile")]
    [InlineData("GET", Repository, 403, "as GitHub put it", "the App may not do this (403 as GitHub put it): give it the repository permission \"Administration: read and write\", and have its installation accept that")]
    [InlineData("GET", Repository, 404, "as GitHub put it", "or the App cannot see it")]
    public async Task What_GitHub_says_to_an_App_has_its_own_line(string method, string path, int status, string message, string words)
    {
        Answer(method, path, status, $$"""{"message": "{{message}}"}""");
        using var github = Connect();

        var failure = await Assert.ThrowsAsync<HostException>(() => CallAsync(github));

        Assert.StartsWith("subject: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"({status} {message})", failure.Message, StringComparison.Ordinal);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ghs_The", failure.ToString(), StringComparison.Ordinal);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task A_limit_of_an_Apps_requests_is_a_limit()
    {
        Answer("POST", Mint, 429, "{}");
        using var github = Connect();

        var failure = await Assert.ThrowsAsync<HostException>(() => CallAsync(github));

        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromSeconds(60), failure.TryAgain);
        Assert.Contains("rate limit for this App is used up", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nbm90IGEga2V5IHRoYXQgYW55Ym9keSBtYXkgc2Vl\n-----END RSA PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nbm90IGEga2V5IHRoYXQgYW55Ym9keSBtYXkgc2Vl")]
    [InlineData("-----BEGIN ENCRYPTED PRIVATE KEY-----\nbm90IGEga2V5IHRoYXQgYW55Ym9keSBtYXkgc2Vl\n-----END ENCRYPTED PRIVATE KEY-----\n")]
    public async Task A_key_that_is_none_is_refused_and_not_repeated(string pem)
    {
        Write(pem);
        using var github = Connect();

        var failure = await Assert.ThrowsAsync<ConfigurationException>(() => CallAsync(github));

        Assert.StartsWith("github.app-key-file: it holds no RSA key that can be used", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("bm90", failure.ToString(), StringComparison.Ordinal);
        Assert.Empty(_server.LogEntries);
    }

    private GitHubApi Connect(string id = Id, HastyTime? time = null) => new(
        new GitHubSettings { ApiUrl = new Uri(_server.Url!), Credentials = new GitHubCredentials(null, null, null, id, _keyFile) }, time ?? _time, _warnings.Add);

    private static async Task CallAsync(GitHubApi github, GitHubScope? scope = null) => await github.CallAsync(
        "subject",
        scope ?? GitHubScope.Parse("acme/site"),
        (connection, token) => connection.Get<RepositoryModel>(new Uri("repos/acme/site", UriKind.Relative), null, null, token),
        Cancellation);

    private string Shown(int request) => _server.LogEntries.ElementAt(request).RequestMessage!.Headers!["Authorization"].Single();

    private JsonElement Verify(string header)
    {
        var parts = header["Bearer ".Length..].Split('.');
        Assert.True(_key.VerifyData(
            Encoding.UTF8.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Assert.Equal("""{"alg":"RS256","typ":"JWT"}""", Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0])));
        return JsonElement.Parse(Base64Url.DecodeFromChars(parts[1]));
    }

    private void Write(string pem)
    {
        File.WriteAllText(_keyFile, pem);
        File.SetUnixFileMode(_keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private void AnswerMint(string token) => Answer(
        "POST", Mint, 201, $$"""{"token": "{{token}}", "expires_at": "{{_time.GetUtcNow() + TimeSpan.FromHours(1):O}}", "permissions": {"administration": "write"} }""");

    private void Answer(string method, string path, int status, string body) =>
        _server.Given(Request.Create().WithPath(path).UsingMethod(method)).RespondWith(
            Response.Create().WithStatusCode(status).WithHeader("Content-Type", "application/json").WithBody(body));
}

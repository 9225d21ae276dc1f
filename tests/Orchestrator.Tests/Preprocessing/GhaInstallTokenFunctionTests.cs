using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.GitHub;
using Orchestrator.Preprocessing;
using Orchestrator.Tests.GitHub;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;

namespace Orchestrator.Tests.Preprocessing;

public sealed class GhaInstallTokenFunctionTests : IDisposable
{
    private const string Token = "ghp_TheTokenOfTheTest";
    private const string Minted = "AABF3JGZDX3P5PMEXLND6TS6FCWO6";
    private const string Path = "/api/v3/repos/rust-lang-ci/rust";
    private const string MintPath = Path + "/actions/runners/registration-token";

    private readonly WireMockServer _server = WireMockServer.Start();
    private readonly HastyTime _time = new(new DateTimeOffset(2026, 1, 2, 14, 0, 0, TimeSpan.Zero));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_token_is_checked_with_a_harmless_request_and_minted_with_a_post()
    {
        Answer("GET", Path, 200, """{"id": 1, "name": "rust", "full_name": "rust-lang-ci/rust", "private": true, "permissions": {"admin": true}}""");
        Answer("POST", MintPath, 201, $$"""{"token": "{{Minted}}", "expires_at": "2026-01-02T15:00:00.000Z"}""");
        var function = Function();

        await function.CheckAsync("rust-lang-ci/rust", Cancellation);
        Assert.Single(_server.LogEntries);
        var secret = await function.EvaluateAsync("rust-lang-ci/rust", SomeRun.WithoutLeases, Cancellation);

        Assert.Equal(Minted, secret.Reveal());
        Assert.Equal(["GET", "POST"], _server.LogEntries.Select(entry => entry.RequestMessage!.Method));
        Assert.All(_server.LogEntries, entry => Assert.Equal($"Bearer {Token}", entry.RequestMessage!.Headers!["Authorization"].Single()));
        Assert.All(_server.LogEntries, entry => Assert.StartsWith("orchestrator", entry.RequestMessage!.Headers!["User-Agent"].Single(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(401, """{"message": "Bad credentials"}""", "GitHub does not accept the token (401 Bad credentials)", "GITHUB_TOKEN")]
    [InlineData(403, """{"message": "Resource not accessible by personal access token"}""", "the token may not do this (403 Resource not", "Administration")]
    [InlineData(404, """{"message": "Not Found"}""", "no such repository, or the token cannot see it (404 Not Found)", "check the spelling")]
    [InlineData(429, "{}", "rate limit for this token is used up (429)", "try again at 14:01:00 UTC, in 60 s")]
    [InlineData(403, """{"message": "API rate limit exceeded for user ID 1."}""", "rate limit for this token is used up (403)", "try again")]
    [InlineData(403, """{"message": "You have exceeded a secondary rate limit."}""", "rate limit for this token is used up (403)", "try again")]
    [InlineData(451, """{"message": "Repository access blocked"}""", "(451 Repository access blocked)", "github.api-url")]
    [InlineData(500, "oops", "GitHub itself failed (500", "try again")]
    [InlineData(502, "<html>Bad\n\u001b[31mgateway</html>", "GitHub itself failed (502", "githubstatus")]
    [InlineData(503, "", "GitHub itself failed (503", "githubstatus")]
    [InlineData(200, "<html>a captive portal</html>", "did not answer the way GitHub's API does", "github.api-url")]
    [InlineData(200, "{\"token\": ", "did not answer the way GitHub's API does", "github.api-url")]
    [InlineData(204, "", "did not answer the way GitHub's API does", "github.api-url")]
    public async Task Each_refusal_is_one_line_with_a_remedy(int status, string body, string problem, string remedy)
    {
        Answer("GET", Path, status, body);
        Answer("POST", MintPath, status, body);

        await RefusedAsync(function => function.EvaluateAsync("rust-lang-ci/rust", SomeRun.WithoutLeases, Cancellation));
        if (status != 204)
        {
            await RefusedAsync(function => function.CheckAsync("rust-lang-ci/rust", Cancellation));
        }

        async Task RefusedAsync(Func<IConfigFunction, Task> call)
        {
            var failure = await Assert.ThrowsAsync<HostException>(() => call(Function()));
            Assert.Equal(HostProblem.ServiceUnavailable, failure.Problem);
            Assert.StartsWith("gha-install-token rust-lang-ci/rust: ", failure.Message, StringComparison.Ordinal);
            Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
            Assert.Contains(remedy, failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(failure.Message, char.IsControl);
        }
    }

    [Theory]
    [InlineData("""{"expires_at": "2026-01-02T15:00:00.000Z"}""")]
    [InlineData("""{"token": ""}""")]
    [InlineData("""{"token": null}""")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task An_answer_without_a_token_is_no_token(string body)
    {
        Answer("POST", MintPath, 201, body);

        var failure = await Assert.ThrowsAsync<HostException>(() => Function().EvaluateAsync("rust-lang-ci/rust", SomeRun.WithoutLeases, Cancellation));
        Assert.Contains("did not answer the way", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData(null)]
    public async Task A_portals_page_is_neither_a_repository_nor_a_token(string? type)
    {
        foreach (var (method, path) in (IEnumerable<(string, string)>)[("GET", Path), ("POST", MintPath)])
        {
            var page = Response.Create().WithStatusCode(200).WithBody("<html>Welcome to our hotel</html>");
            _server.Given(Request.Create().WithPath(path).UsingMethod(method)).RespondWith(type is null ? page : page.WithHeader("Content-Type", type));
        }

        foreach (var call in (IEnumerable<Func<Task>>)
            [() => Function().CheckAsync("rust-lang-ci/rust", Cancellation), () => Function().EvaluateAsync("rust-lang-ci/rust", SomeRun.WithoutLeases, Cancellation)])
        {
            var failure = await Assert.ThrowsAsync<HostException>(call);
            Assert.Contains("did not answer the way GitHub's API does", failure.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Retry-After", "40", "at 14:00:40 UTC, in 40 s")]
    [InlineData("X-RateLimit-Reset", "1767363000", "at 14:10:00 UTC, in 10 min")]
    [InlineData("X-RateLimit-Reset", "never", "at 14:01:00 UTC, in 60 s")]
    [InlineData("X-RateLimit-Reset", "4000000000", "at 15:00:00 UTC, in 60 min")]
    [InlineData("Retry-After", "99999999999999999999", "at 14:01:00 UTC, in 60 s")]
    [InlineData("Retry-After", "86400", "at 15:00:00 UTC, in 60 min")]
    public async Task A_rate_limit_says_when_it_ends(string header, string value, string when)
    {
        _server.Given(Request.Create().WithPath(Path).UsingGet()).RespondWith(
            Response.Create().WithStatusCode(403).WithHeader("X-RateLimit-Remaining", "0").WithHeader(header, value).WithBody("{}"));

        var failure = await Assert.ThrowsAsync<HostException>(() => Function().CheckAsync("rust-lang-ci/rust", Cancellation));
        Assert.EndsWith($"try again {when}", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"at {failure.TryAgain:HH:mm:ss} UTC", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Single_sign_on_is_named_with_the_address_to_go_to()
    {
        _server.Given(Request.Create().WithPath(Path).UsingGet()).RespondWith(
            Response.Create().WithStatusCode(403).WithHeader("X-GitHub-SSO", "required; url=https://github.com/orgs/x/sso?r=1")
                .WithBody("""{"message": "Resource protected by organization SAML enforcement."}"""));

        var failure = await Assert.ThrowsAsync<HostException>(() => Function().CheckAsync("rust-lang-ci/rust", Cancellation));
        Assert.EndsWith("authorize it at https://github.com/orgs/x/sso?r=1", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        """{"message": "Forbidden", "errors": "Repository level self-hosted runners are disabled on this repository"}""",
        "the repository is not allowed to have runners of its own (403 Forbidden: Repository level self-hosted runners are disabled on this repository): have them allowed")]
    [InlineData(
        """{"message": "Repository was archived so is read-only."}""",
        "the repository is archived and takes no runners (403 Repository was archived so is read-only): unarchive it")]
    [InlineData(
        """{"message": "Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and your IP address is not permitted to access this resource."}""",
        "the organization lets nobody in from this address (403 Although")]
    [InlineData(
        """{"message": "`acme` forbids access via a personal access token (classic). Please use a GitHub App, OAuth App, or a personal access token with fine-grained permissions."}""",
        "the organization lets no token of this kind in (403 `acme` forbids")]
    [InlineData("""{"message": "No", "errors": [{"message": "first"}, "second", 7, {"code": "x"}]}""", "the token may not do this (403 No: first: second): give it the repository permission")]
    [InlineData("""{"errors": {"message": ["nested"]}}""", "(403 nested)")]
    [InlineData("""{"message": 7}""", "(403 Forbidden)")]
    [InlineData("[]", "(403 Forbidden)")]
    public async Task A_refusal_is_explained_by_what_GitHub_says_of_it(string body, string words)
    {
        Answer("POST", MintPath, 403, body);

        var failure = await Assert.ThrowsAsync<HostException>(() => Function().EvaluateAsync("rust-lang-ci/rust", SomeRun.WithoutLeases, Cancellation));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_GitHub_wants_and_where_it_says_more_are_told_whole()
    {
        const string link = "https://docs.github.com/rest/actions/self-hosted-runners#create-a-registration-token-for-a-repository";
        var message = string.Concat(Enumerable.Repeat("very ", 70)) + "https://docs.github.com/an-address-that-stands-where-the-message-is-cut";
        _server.Given(Request.Create().WithPath(MintPath).UsingPost()).RespondWith(Response.Create().WithStatusCode(403)
            .WithHeader("X-Accepted-GitHub-Permissions", "administration=write").WithBody($$"""{"message": "{{message}}", "documentation_url": "{{link}}"}"""));

        var failure = await Assert.ThrowsAsync<HostException>(() => Function().EvaluateAsync("rust-lang-ci/rust", SomeRun.WithoutLeases, Cancellation));
        Assert.EndsWith($"; GitHub wants administration=write; see {link}", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("an-address", failure.Message, StringComparison.Ordinal);
        Assert.Contains("very…)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_in_time_is_a_failure_and_not_a_cancellation()
    {
        _server.Given(Request.Create()).RespondWith(Response.Create().WithStatusCode(200).WithDelay(TimeSpan.FromSeconds(20)));
        var settings = Settings(_server.Url!);
        var function = new GhaInstallTokenFunction(settings.Credentials, new GitHubApi(settings, TimeProvider.System, TimeSpan.FromMilliseconds(200)));

        var failure = await Assert.ThrowsAsync<HostException>(() => function.CheckAsync("rust-lang-ci/rust", Cancellation));
        Assert.Contains("did not answer within 0.2 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_who_cancels_gets_a_cancellation_at_once()
    {
        _server.Given(Request.Create()).RespondWith(Response.Create().WithStatusCode(200).WithDelay(TimeSpan.FromSeconds(20)));
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Function().EvaluateAsync("rust-lang-ci/rust", SomeRun.WithoutLeases, stop.Token));
    }

    [Theory]
    [InlineData("http://127.0.0.1:1", "no connection to 127.0.0.1:1")]
    [InlineData("https://host.invalid", "the name host.invalid cannot be resolved")]
    public async Task Without_a_network_the_line_says_what_cannot_be_reached(string url, string problem)
    {
        var failure = await Assert.ThrowsAsync<HostException>(() => Function(url).CheckAsync("rust-lang-ci/rust", Cancellation));

        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
        Assert.Contains("check the network", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_TLS_on_a_secure_port_is_named()
    {
        var url = _server.Url!.Replace("http:", "https:", StringComparison.Ordinal);

        var failure = await Assert.ThrowsAsync<HostException>(() => Function(url).CheckAsync("rust-lang-ci/rust", Cancellation));
        Assert.Contains("no secure connection", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/elsewhere")]
    [InlineData("elsewhere")]
    [InlineData("{url}/elsewhere")]
    public async Task A_repository_that_was_renamed_is_found_where_it_is_now(string location)
    {
        Redirect("{url}", location);
        Answer("GET", location == "elsewhere" ? Path[..Path.LastIndexOf('/')] + "/elsewhere" : "/elsewhere", 200, """{"id": 1, "name": "rust"}""");

        await Function().CheckAsync("rust-lang-ci/rust", Cancellation);

        Assert.All(_server.LogEntries, entry => Assert.Equal($"Bearer {Token}", entry.RequestMessage!.Headers!["Authorization"].Single()));
        Assert.Equal(2, _server.LogEntries.Count);
    }

    [Theory]
    [InlineData("http://127.0.0.1:{port}/elsewhere", "http://127.0.0.1:{port}")]
    [InlineData("http://localhost:1/elsewhere", "http://localhost:1")]
    [InlineData("//other.example/elsewhere", "http://other.example")]
    public async Task A_redirect_to_another_origin_is_refused_before_anybody_there_sees_the_token(string location, string origin)
    {
        var port = $"{new Uri(_server.Url!).Port}";
        Redirect($"http://localhost:{port}", location.Replace("{port}", port, StringComparison.Ordinal));

        var failure = await Assert.ThrowsAsync<HostException>(() => Function($"http://localhost:{port}").CheckAsync("rust-lang-ci/rust", Cancellation));

        Assert.Contains(
            $"localhost:{port} sends us to {origin.Replace("{port}", port, StringComparison.Ordinal)} (301), which is not to see the token: check github.api-url",
            failure.Message,
            StringComparison.Ordinal);
        Assert.Single(_server.LogEntries);
    }

    [Fact]
    public async Task A_redirect_in_circles_is_followed_a_few_times()
    {
        Redirect("{url}", Path);

        var failure = await Assert.ThrowsAsync<HostException>(() => Function().CheckAsync("rust-lang-ci/rust", Cancellation));
        Assert.Contains("sends us in circles (301)", failure.Message, StringComparison.Ordinal);
        Assert.Equal(6, _server.LogEntries.Count);
    }

    [Theory]
    [InlineData("a/b", true)]
    [InlineData("rust-lang-ci/rust", true)]
    [InlineData("octo_corp/.github", true)]
    [InlineData("a", true)]
    [InlineData("enterprises/acme", true)]
    [InlineData("", false)]
    [InlineData("a/", false)]
    [InlineData("/b", false)]
    [InlineData("a/b/c", false)]
    [InlineData("a/..", false)]
    [InlineData("a/.", false)]
    [InlineData("a b/c", false)]
    [InlineData("a/b?x=1", false)]
    [InlineData("a/b%2fc", false)]
    [InlineData("https://github.com/a/b", false)]
    [InlineData("ü/b", false)]
    public void The_argument_is_a_repository_an_organization_or_an_enterprise(string argument, bool fits) =>
        Assert.Equal(fits, Function().Validate(argument) is null);

    [Fact]
    public void A_missing_token_is_known_without_a_request()
    {
        var settings = Settings(_server.Url!) with { Credentials = new GitHubCredentials(null, null) };

        var function = Function(settings);
        Assert.StartsWith("no GitHub token", function.FindObstacle("acme/site"), StringComparison.Ordinal);
        Assert.Null(function.Validate("a/b"));
        Assert.Null(Function().FindObstacle("acme/site"));
        Assert.Empty(_server.LogEntries);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(500)]
    public async Task No_exception_holds_a_token_not_even_in_its_details(int status)
    {
        Answer("POST", MintPath, status, $$"""{"message": "no", "token": "{{Minted}}"}""");

        var failure = await Assert.ThrowsAsync<HostException>(() => Function().EvaluateAsync("rust-lang-ci/rust", SomeRun.WithoutLeases, Cancellation));
        Assert.DoesNotContain(Token, failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Minted, failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://api.github.com", "https://api.github.com/")]
    [InlineData("https://github.com", "https://api.github.com/")]
    [InlineData("https://api.octocorp.ghe.com", "https://api.octocorp.ghe.com/")]
    [InlineData("https://ghes.example", "https://ghes.example/api/v3/")]
    [InlineData("https://ghes.example/api/v3", "https://ghes.example/api/v3/")]
    [InlineData("https://ghes.example:8443/api/v3/", "https://ghes.example:8443/api/v3/")]
    [InlineData("http://127.0.0.1:8080/github", "http://127.0.0.1:8080/github/")]
    public void The_address_of_the_API_is_found_from_what_people_write(string url, string address) =>
        Assert.Equal(address, GitHubApi.BaseAddress(new Uri(url)).AbsoluteUri);

    [Fact]
    public async Task A_path_in_the_address_is_used_as_it_is()
    {
        Answer("POST", "/base/repos/a/b/actions/runners/registration-token", 201, $$"""{"token": "{{Minted}}"}""");

        Assert.Equal(Minted, (await Function(_server.Url + "/base").EvaluateAsync("a/b", SomeRun.WithoutLeases, Cancellation)).Reveal());
    }

    private static GitHubSettings Settings(string url) =>
        new() { ApiUrl = new Uri(url), Credentials = new GitHubCredentials(Token, null) };

    private GhaInstallTokenFunction Function(string? url = null) => Function(Settings(url ?? _server.Url!));

    private GhaInstallTokenFunction Function(GitHubSettings settings) => new(settings.Credentials, new GitHubApi(settings, _time));

    private void Redirect(string url, string location) => _server.Given(Request.Create().WithPath(Path).UsingGet()).RespondWith(
        Response.Create().WithStatusCode(301).WithHeader("Location", location.Replace(url, _server.Url!, StringComparison.Ordinal)));

    private void Answer(string method, string path, int status, string body) =>
        _server.Given(Request.Create().WithPath(path).UsingMethod(method)).RespondWith(
            Response.Create().WithStatusCode(status).WithHeader("Content-Type", "application/json").WithBody(body));
}

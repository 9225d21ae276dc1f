using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>What GitHub, or whoever is between, answers to the published binary: who we are, what is refused, and nothing of any secret.</summary>
public sealed class GitHubOnlineTests
{
    private const string Config = $$"""{ "token": "{{FakeGitHub.Call}}" }""";
    private const string Credential = "ghp_TheCredentialOfThisTest0123456789";
    private const string Password = "hunter2-of-the-proxy";

    [Fact]
    public async Task A_token_is_told_with_its_user_its_scopes_and_the_calls_that_are_left()
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        github.ConnectTo(bench);
        bench.Describe(Config, instance => instance["github"] = new JsonObject { ["runner"] = "acme/site", ["labels"] = new JsonArray("a", "b") });
        const string identity = "user octo; a classic token with the scopes repo; 4987 of 5000 calls an hour left, new ones at 07:06:40 UTC";

        var validated = (await bench.Start("validate", "--online").EndAsync()).Exited(0);
        Assert.Contains($"GitHub: {identity}", validated.ErrorLines);
        Assert.Contains("GitHub: gha-install-token acme/site: may be asked for", validated.ErrorLines);
        Assert.Contains("GitHub: gha-jit-config acme/site;labels=a,b: may be asked for", validated.ErrorLines);
        var examined = await bench.Start("doctor").EndAsync();
        Assert.Contains($"ok: GitHub: {identity}", examined.OutputLines);
        Assert.Equal((2, 0), (github.Checks, github.Mints));
    }

    [Fact]
    public async Task An_App_has_a_token_for_the_repository_and_one_permission()
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        github.ConnectAsApp(bench);
        bench.Describe(Config);

        var outcome = (await bench.Start("validate", "--online").EndAsync()).Exited(0);

        Assert.Contains(
            "GitHub: App our-app, as acme has it installed; its permissions are administration: write; 4987 of 5000 calls an hour left, new ones at 07:06:40 UTC",
            outcome.ErrorLines);
        Assert.Equal("""{"repositories":["site"],"permissions":{"administration":"write"}}""", Assert.Single(github.Narrowings));
        Assert.Equal(1, github.Checks);
        bench.Environment["GITHUB_TOKEN"] = github.Credential.Value;
        var refused = (await bench.Start("validate", "--online").EndAsync()).Exited(2).OneError("both a token (GITHUB_TOKEN) and a GitHub App");
        Assert.DoesNotContain(github.Credential.Value, refused, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, "Resource not accessible by personal access token", "GitHub wants administration=write; see https://docs.github.com/rest/x")]
    [InlineData(422, "Validation Failed", "gave an answer that GitHub does not give here (422 Validation Failed)")]
    public async Task A_refusal_has_its_own_line(int status, string message, string words)
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        github.ConnectTo(bench);
        bench.Describe(Config);
        github.Answer(
            (HttpStatusCode)status,
            $$"""{ "message": "{{message}}", "documentation_url": "https://docs.github.com/rest/x" }""",
            ("X-Accepted-GitHub-Permissions", "administration=write"));

        await RefusedAsync(bench, "gha-install-token acme/site: ", words);
        Assert.Equal(1, github.Checks);
    }

    [Fact]
    public async Task A_stumble_is_borne()
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        github.ConnectTo(bench);
        bench.Describe(Config);
        github.Stumble(times: 2);

        (await bench.Start("validate", "--online").EndAsync()).Exited(0);
        Assert.Equal(3, github.Checks);
    }

    [Fact]
    public async Task Another_server_that_is_pointed_to_is_not_asked()
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        using var other = new RawServer();
        github.ConnectTo(bench);
        bench.Describe(Config);
        github.Redirect($"http://{other.Authority}/repos/acme/site");

        await RefusedAsync(bench, $"sends us to http://{other.Authority} (301), which is not to see the token");
        Assert.Equal(0, other.Asked);
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_tried_again_and_then_told()
    {
        await using var bench = new Workbench();
        using var server = new RawServer();
        bench.Environment["GITHUB_TOKEN"] = Credential;
        bench.Environment["ORCHESTRATOR_GITHUB__API_URL"] = $"http://{server.Authority}";
        bench.Describe(Config);

        await RefusedAsync(bench, "acme/site: the connection to");
        Assert.InRange(server.Asked, 4, 16); // .NET itself tries what was sent without a body again, up to three times
    }

    [Fact]
    public async Task A_proxy_that_refuses_is_named_and_its_password_is_not()
    {
        await using var bench = new Workbench();
        using var proxy = new RawServer("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        bench.Environment["GITHUB_TOKEN"] = Credential;
        bench.Environment["ORCHESTRATOR_GITHUB__API_URL"] = "https://ghes.invalid";
        bench.Environment["HTTPS_PROXY"] = $"http://user:{Password}@{proxy.Authority}";
        bench.Describe(Config);

        await RefusedAsync(bench, $"the proxy http://{proxy.Authority} does not take our user and password (407): write them into HTTPS_PROXY");
        Assert.NotEqual(0, proxy.Asked);

        bench.Environment["HTTPS_PROXY"] = $"gopher://user:{Password}@{proxy.Authority}";
        await RefusedAsync(bench, "environment: HTTPS_PROXY: \"gopher\" is no scheme of a proxy");
    }

    [Fact]
    public async Task A_used_up_rate_limit_is_waited_for_by_a_service_and_shown_as_the_reason()
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        github.ConnectTo(bench);
        bench.Describe(Config);
        github.Answer(
            HttpStatusCode.Forbidden,
            "API rate limit exceeded",
            ("X-RateLimit-Remaining", "0"),
            ("X-RateLimit-Reset", $"{DateTimeOffset.UtcNow.AddMinutes(20).ToUnixTimeSeconds()}"));
        var up = bench.Start("up", "--json");

        var pause = JsonElement.Parse(await up.EventAsync("backing-off"));
        Assert.Equal(("rate-limit", 0), (pause.GetProperty("reason").GetString(), pause.GetProperty("failures").GetInt32()));
        Assert.InRange(pause.GetProperty("delay-ms").GetDouble(), 19 * 60_000, 21 * 60_000);
        var listed = Assert.Single(JsonElement.Parse((await bench.Start("list", "--json").EndAsync()).Exited(0).Output).EnumerateArray());
        Assert.Equal(("backing-off", "rate-limit"), (listed.GetProperty("state").GetString(), listed.GetProperty("reason").GetString()));

        await up.DrainedAsync();
        Assert.Equal(1, github.Checks);
    }

    private static async Task<string> RefusedAsync(Workbench bench, params string[] words)
    {
        var outcome = (await bench.Start("validate", "--online", "--verbose").EndAsync()).Exited(3);
        Assert.DoesNotContain(bench.Environment["GITHUB_TOKEN"], outcome.Output + outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, outcome.Output + outcome.Error, StringComparison.Ordinal);
        return outcome.OneError(words);
    }
}

using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.OpenApi;

/// <summary>Whatever is not as GitHub's description has it is found and named.</summary>
public sealed class GitHubDescriptionTests
{
    private const string Jit = "/api/v3/repos/acme/site/actions/runners/generate-jitconfig";
    private const string Runners = "/api/v3/orgs/acme/actions/runners";
    private const string Whole = """{ "name": "x", "runner_group_id": 1, "labels": ["a"] }""";

    [Theory]
    [InlineData("GET", "/api/v3/repos/acme/site/runners", null, "GET /api/v3/repos/acme/site/runners: GitHub's description has no such operation")]
    [InlineData("PUT", Jit, Whole, "no such operation")]
    [InlineData("GET", "/repos/acme/site", null, "no such operation")]
    [InlineData("POST", Jit, """{ "name": "x", "runner_group_id": 1 }""", "the request: : Required properties [\"labels\"] are not present")]
    [InlineData("POST", Jit, """{ "name": 7, "runner_group_id": 1, "labels": ["a"] }""", "/name: Value is \"integer\" but should be \"string\"")]
    [InlineData("POST", Jit, """{ "name": "x", "runner_group_id": 1, "labels": [] }""", "/labels: ")]
    [InlineData("POST", Jit, """{ "name": "x", "runner_group_id": 1, "labels": ["a"], "group": "b" }""", "/group: GitHub has no such field")]
    [InlineData("POST", Jit, "{ \"name\": ", "the request: it is no JSON")]
    [InlineData("POST", Jit, null, "the request: it has no body")]
    [InlineData("POST", "/api/v3/orgs/acme/actions/runners/registration-token", "{}", "the request: it has a body")]
    [InlineData("POST", "/api/v3/app/installations/77/access_tokens", """{ "permissions": { "administration": "all" } }""", "/permissions/administration: ")]
    [InlineData("POST", "/api/v3/app/installations/77/access_tokens", """{ "permissions": { "admin": "write" } }""", "/permissions/admin: GitHub has no such field")]
    public void A_request_that_GitHub_would_not_understand_is_named(string method, string path, string? body, string words) =>
        AssertNamed(new Exchange(method, path, new Dictionary<string, string>(), body, 500, "{}"), words);

    [Theory]
    [InlineData("status", "online", "it has no parameter 'status'")]
    [InlineData("per_page", "many", "its parameter 'per_page' is never 'many'")]
    public void A_parameter_that_GitHub_does_not_know_is_named(string name, string value, string words) =>
        AssertNamed(new Exchange("GET", Runners, new Dictionary<string, string> { [name] = value }, null, 500, "{}"), words);

    [Theory]
    [InlineData(200, """{ "total_count": 0 }""", "the answer 200: : Required properties [\"runners\"] are not present")]
    [InlineData(200, """{ "total_count": 1, "runners": [{ "id": 1 }] }""", "/runners/0: Required properties [\"name\",\"os\",\"status\",\"busy\",\"labels\"] are not present")]
    [InlineData(200, """{ "total_count": "1", "runners": [] }""", "/total_count: ")]
    [InlineData(200, """{ "total_count": 1, "runners": [], "next": 1 }""", "/next: GitHub has no such field")]
    [InlineData(200, "<html></html>", "the answer 200: it is no JSON")]
    [InlineData(200, "", "the answer 200: it has no body")]
    [InlineData(201, "{}", "it is not answered with 201")]
    public void An_answer_that_GitHub_would_not_give_is_named(int status, string answer, string words) =>
        AssertNamed(new Exchange("GET", Runners, new Dictionary<string, string>(), null, status, answer), words);

    [Theory]
    [InlineData("DELETE", Runners + "/7", 204, "{}", "the answer 204: it has a body")]
    [InlineData("DELETE", Runners + "/7", 422, """{ "message": "busy" }""", "Required properties [\"documentation_url\"] are not present")]
    [InlineData("POST", Runners + "/registration-token", 201, """{ "token": "x", "expires_at": "soon" }""", "/expires_at: ")]
    public void So_is_one_to_another_request(string method, string path, int status, string answer, string words) =>
        AssertNamed(new Exchange(method, path, new Dictionary<string, string>(), null, status, answer), words);

    [Fact]
    public void What_GitHub_understands_and_answers_is_not()
    {
        var query = new Dictionary<string, string> { ["per_page"] = "100", ["page"] = "1", ["name"] = "7" };
        Assert.Empty(GitHubDescription.FindFaults(new Exchange("GET", Runners, query, null, 200, """{ "total_count": 0, "runners": [] }"""), isBroken: false));
        Assert.Empty(GitHubDescription.FindFaults(new Exchange("POST", Jit, new Dictionary<string, string>(), Whole, 503, "<html></html>"), isBroken: false));
        Assert.Empty(GitHubDescription.FindFaults(new Exchange("DELETE", Runners + "/7", new Dictionary<string, string>(), null, 204, null), isBroken: false));
    }

    [Fact]
    public void Of_an_answer_that_is_broken_on_purpose_only_the_request_is_judged()
    {
        var page = new Exchange("GET", Runners, new Dictionary<string, string> { ["x"] = "y" }, null, 200, "<html></html>");

        Assert.Equal([$"GET {Runners}: it has no parameter 'x'"], GitHubDescription.FindFaults(page, isBroken: true));
    }

    [Fact]
    public async Task The_stand_in_fails_whoever_asked_it_what_GitHub_does_not_know()
    {
        var github = new FakeGitHub();
        using (var http = new HttpClient())
        {
            http.DefaultRequestHeaders.Add("Authorization", $"Bearer {github.Credential}");
            await http.GetAsync(new Uri($"{github.Address}/api/v3/repos/acme/site?page=2"), TestContext.Current.CancellationToken);
            await http.GetAsync(new Uri($"{github.Address}/api/v3/repos/acme/other/runners"), TestContext.Current.CancellationToken);
            await http.GetAsync(new Uri($"{github.Address}/api/v3/repos/acme/site/installation"), TestContext.Current.CancellationToken);
        }

        var failure = Assert.ThrowsAny<Exception>(github.Dispose).Message;

        Assert.Contains("GET /api/v3/repos/acme/site: it has no parameter 'page'", failure, StringComparison.Ordinal);
        Assert.Contains("GET /api/v3/repos/acme/other/runners: this stand-in has no answer to it", failure, StringComparison.Ordinal);
        Assert.Contains("GET /api/v3/repos/acme/other/runners: GitHub's description has no such operation", failure, StringComparison.Ordinal);
        Assert.Contains("GET /api/v3/repos/acme/site/installation: it shows GitHub another credential than it should", failure, StringComparison.Ordinal);
    }

    private static void AssertNamed(Exchange exchange, string words) =>
        Assert.Contains(GitHubDescription.FindFaults(exchange, isBroken: false), fault => fault.Contains(words, StringComparison.Ordinal));
}

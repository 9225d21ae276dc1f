using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Configuration;
using Orchestrator.GitHub;
using Orchestrator.Leases;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;

namespace Orchestrator.Tests.GitHub;

public sealed class GitHubRunnersTests : IDisposable
{
    private const string Path = "/api/v3/repos/acme/site/actions/runners";
    private const string Newest = """
        [
          { "filename": "actions-runner-osx-x64-2.329.0.tar.gz" },
          { "filename": "actions-runner-win-x64-2.330.1.zip" },
          { "filename": "notes.txt" },
          {}
        ]
        """;

    private readonly WireMockServer _server = WireMockServer.Start();
    private readonly GitHubApi _api;
    private readonly GitHubRunners _runners;

    public GitHubRunnersTests()
    {
        var settings = new GitHubSettings { ApiUrl = new Uri(_server.Url!), Credentials = new GitHubCredentials("ghp_Token", null) };
        _api = new GitHubApi(settings, new HastyTime(DateTimeOffset.UtcNow));
        _runners = new GitHubRunners(_api);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _api.Dispose();
        _server.Dispose();
    }

    [Theory]
    [InlineData("online", "2.330.0", "InUse", false)]
    [InlineData("online", "2.329.9", "InUse", true)]
    [InlineData("online", null, "InUse", false)]
    [InlineData("offline", "2.1.0", "Unused", false)]
    [InlineData(null, null, "Gone", false)]
    public async Task What_GitHub_says_of_a_runner_is_seen_and_whether_it_is_too_old(string? status, string? version, string view, bool remark)
    {
        ServePages(status is null ? [] : [Runner("mine", status, version)]);
        Serve(Path + "/downloads", 200, Newest);

        var sight = await _runners.LookAsync(LeaseOf("mine"), Cancellation);

        Assert.Equal((view, remark), ($"{sight.View}", sight.Remark?.Contains("and 2.330.1 is out", StringComparison.Ordinal) is true));
    }

    [Theory]
    [InlineData(404, "{}")]
    [InlineData(200, "[]")]
    public async Task A_GitHub_that_does_not_tell_what_is_new_loses_the_remark_only(int status, string body)
    {
        ServePages([Runner("mine", "online", "2.1.0")]);
        Serve(Path + "/downloads", status, body);

        Assert.Equal(new LeaseSight(LeaseView.InUse), await _runners.LookAsync(LeaseOf("mine"), Cancellation));
    }

    [Fact]
    public async Task A_GitHub_that_takes_long_to_tell_what_is_new_is_not_waited_for()
    {
        ServePages([Runner("mine", "online", "2.1.0")]);
        _server.Given(Request.Create().WithPath(Path + "/downloads")).RespondWith(Response.Create().WithBody(Newest).WithDelay(TimeSpan.FromMinutes(1)));

        var sight = await new GitHubRunners(_api, TimeSpan.FromMilliseconds(1)).LookAsync(LeaseOf("mine"), Cancellation);

        Assert.Equal(new LeaseSight(LeaseView.InUse), sight);
    }

    [Fact]
    public async Task A_runner_is_looked_for_as_far_as_the_page_that_it_is_on()
    {
        ServePages(Many("first"), [.. Many("second")[..^1], Runner("mine", "offline", null)], Many("third"), []);
        _server.Given(Request.Create().UsingDelete()).RespondWith(Response.Create().WithStatusCode(204));

        Assert.True(await _runners.ReleaseAsync(LeaseOf("mine"), Cancellation));

        Assert.Equal(3, _server.LogEntries.Count);
        Assert.False(await _runners.ReleaseAsync(LeaseOf("nobodys"), Cancellation));
        Assert.Equal(7, _server.LogEntries.Count);
    }

    private Lease LeaseOf(string name) => new(_runners.Kind, new Uri(_api.Address, "repos/acme/site").AbsoluteUri, name);

    private static JsonObject[] Many(string name) => [.. Enumerable.Range(0, 100).Select(number => Runner($"{name}-{number}", "online", null))];

    private static JsonObject Runner(string name, string status, string? version) =>
        new() { ["id"] = 7, ["name"] = name, ["status"] = status, ["busy"] = false, ["version"] = version };

    private void ServePages(params JsonObject[][] pages)
    {
        for (var number = 1; number <= pages.Length; number++)
        {
            var page = new JsonObject { ["total_count"] = 1, ["runners"] = new JsonArray([.. pages[number - 1]]) };
            Serve(Path, 200, page.ToJsonString(), number);
        }
    }

    private void Serve(string path, int status, string body, int? page = null)
    {
        var request = Request.Create().UsingGet().WithPath(path);
        _server
            .Given(page is { } number ? request.WithParam("page", number.ToString(CultureInfo.InvariantCulture)) : request)
            .RespondWith(Response.Create().WithStatusCode(status).WithHeader("Content-Type", "application/json").WithBody(body));
    }
}

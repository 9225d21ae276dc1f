using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.GitHub;
using Orchestrator.Leases;
using Orchestrator.Preprocessing;
using Orchestrator.State;
using Orchestrator.Tests.GitHub;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;

namespace Orchestrator.Tests.Preprocessing;

public sealed class GhaJitConfigFunctionTests : IDisposable
{
    private const string Config = "eyJhIHNlY3JldCI6ICJvZiB0aGUgZ3Vlc3QifQ==";
    private const string Path = "/api/v3/repos/acme/site/actions/runners";

    private readonly WireMockServer _server = WireMockServer.Start();
    private readonly HastyTime _time = new(new DateTimeOffset(2026, 1, 2, 14, 0, 0, TimeSpan.Zero));
    private readonly string _root = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
    private readonly StateDirectory _state;

    public GhaJitConfigFunctionTests() => _state = StateDirectory.Open(System.IO.Path.Combine(_root, "state"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private GitHubSettings Settings => new() { ApiUrl = new Uri(_server.Url!), Credentials = new GitHubCredentials("ghp_Token", null) };

    public void Dispose()
    {
        _server.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData(GuestArchitecture.X64, "X64")]
    [InlineData(GuestArchitecture.Arm64, "ARM64")]
    public async Task A_runner_is_registered_under_a_name_that_was_written_down_before(GuestArchitecture architecture, string label)
    {
        AnswerTo("POST", "/generate-jitconfig", 201, $$"""{ "runner": { "id": 7, "name": "x" }, "encoded_jit_config": "{{Config}}" }""");
        var run = SomeRun.In(_state, architecture);
        var secret = await Function().EvaluateAsync("acme/site", run, Cancellation);

        Assert.Equal(Config, secret.Reveal());
        var lease = Assert.Single(Leases(run)).Lease;
        Assert.Equal(new Lease("gha-runner", $"{_server.Url}/api/v3/repos/acme/site", $"vm-1-{run.Run}"), lease);
        var body = JsonElement.Parse(Assert.Single(_server.LogEntries).RequestMessage!.Body!);
        Assert.Equal(lease.Name, body.GetProperty("name").GetString());
        Assert.Equal(1, body.GetProperty("runner_group_id").GetInt32());
        Assert.Equal(["self-hosted", "Linux", label], body.GetProperty("labels").EnumerateArray().Select(item => item.GetString()));
        Assert.DoesNotContain(Config, await File.ReadAllTextAsync(_state.LeasesOf(run.Run), Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_organizations_runner_has_the_labels_the_group_and_the_name_that_are_asked_for()
    {
        const string Organization = "/api/v3/orgs/acme/actions";
        Answer("GET", Organization + "/runner-groups", 200, """{ "total_count": 2, "runner_groups": [{ "id": 1, "name": "Default" }, { "id": 9, "name": "Big machines" }] }""");
        Answer("POST", Organization + "/runners/generate-jitconfig", 201, $$"""{ "encoded_jit_config": "{{Config}}" }""");
        var run = SomeRun.In(_state);

        Assert.Equal(Config, (await Function().EvaluateAsync("acme; labels = big, gpu ;group=big machines;name=fast", run, Cancellation)).Reveal());

        var lease = Assert.Single(Leases(run)).Lease;
        Assert.Equal(new Lease("gha-runner", $"{_server.Url}/api/v3/orgs/acme", $"fast-{run.Run}"), lease);
        var body = JsonElement.Parse(_server.LogEntries.Single(entry => entry.RequestMessage!.Method == "POST").RequestMessage!.Body!);
        Assert.Equal(lease.Name, body.GetProperty("name").GetString());
        Assert.Equal(9, body.GetProperty("runner_group_id").GetInt32());
        Assert.Equal(["big", "gpu"], body.GetProperty("labels").EnumerateArray().Select(item => item.GetString()));
    }

    [Fact]
    public async Task A_group_that_the_organization_does_not_have_is_named_with_those_that_it_has()
    {
        Answer("GET", "/api/v3/orgs/acme/actions/runner-groups", 200, """{ "runner_groups": [{ "id": 1, "name": "Default" }, { "id": 9, "name": "Big" }] }""");

        var failure = await Assert.ThrowsAsync<HostException>(() => Function().CheckAsync("acme;group=Small", Cancellation));

        Assert.Equal("gha-jit-config acme: the organization has no group of runners \"Small\" that the token can see: it has Default, Big", failure.Message);
    }

    [Fact]
    public async Task A_runner_of_an_organization_or_an_enterprise_is_removed_where_it_was_registered()
    {
        foreach (var scope in new[] { "orgs/acme", "enterprises/acme" })
        {
            Answer("GET", $"/api/v3/{scope}/actions/runners", 200, List((4, "mine")));
            Answer("DELETE", $"/api/v3/{scope}/actions/runners/4", 204, "");

            Assert.True(await Runners().ReleaseAsync(new Lease("gha-runner", $"{_server.Url}/api/v3/{scope}", "mine"), Cancellation));
        }

        var failure = await Assert.ThrowsAsync<HostException>(
            () => Runners().ReleaseAsync(new Lease("gha-runner", $"{_server.Url}/api/v3/orgs/acme/teams", "mine"), Cancellation));
        Assert.Contains("'orgs/acme/teams' has no runners", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("acme", 403, "the organization permission \"Self-hosted runners: read and write\" (a classic token: the scope \"admin:org\"")]
    [InlineData("enterprises/acme", 403, "the scope \"manage_runners:enterprise\" and an owner who owns the enterprise; only a classic token may")]
    [InlineData("acme", 404, "GitHub has no such organization")]
    public async Task What_is_missing_is_said_in_the_words_of_what_the_runner_is_to_belong_to(string scope, int status, string words)
    {
        Answer("GET", $"/api/v3/{(scope == "acme" ? "orgs/acme" : scope)}/actions/runners", status, """{ "message": "no" }""");

        Assert.Contains(words, (await Assert.ThrowsAsync<HostException>(() => Function().CheckAsync(scope, Cancellation))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("acme/site/more", "neither a repository nor an organization")]
    [InlineData("acme/site;label=x", "\"label=x\" is no option")]
    [InlineData("acme/site;labels=x;labels=y", "labels is given twice")]
    [InlineData("acme/site;labels=x,", "empty")]
    [InlineData("acme/site;name=", "empty")]
    [InlineData("acme/site;group=x", "a repository has one group of runners only: leave it out, or name the organization \"acme\" instead")]
    [InlineData("acme/site;", "is no option")]
    public void What_cannot_be_asked_for_is_refused_as_it_is_written(string argument, string words) =>
        Assert.Contains(words, Function().Validate(argument), StringComparison.Ordinal);

    [Theory]
    [InlineData(401, "Bad credentials", "does not accept the token")]
    [InlineData(403, "Resource not accessible", "Administration: read and write")]
    [InlineData(404, "Not Found", "no such repository")]
    [InlineData(422, "Invalid labels", "GitHub does not take such a runner (422 Invalid labels): check its labels")]
    [InlineData(429, "slow down", "rate limit")]
    public async Task A_runner_that_is_refused_is_no_lease(int status, string message, string words)
    {
        AnswerTo("POST", "/generate-jitconfig", status, $$"""{ "message": "{{message}}" }""");
        var run = SomeRun.In(_state);

        var failure = await Assert.ThrowsAsync<HostException>(() => Function().EvaluateAsync("acme/site", run, Cancellation));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.Null(new LeaseStore(_state).Read(run.Run));
    }

    [Theory]
    [InlineData(409, """{ "message": "Already exists" }""", "already has a runner of that name (409 Already exists)")]
    [InlineData(500, "", "GitHub itself failed")]
    [InlineData(201, "{}", "did not answer the way")]
    [InlineData(201, """{ "encoded_jit_config": "" }""", "did not answer the way")]
    [InlineData(201, "[", "did not answer the way")]
    public async Task A_failure_is_explained_and_the_lease_stays_written_down_as_one_that_may_be_held(int status, string body, string words)
    {
        AnswerTo("POST", "/generate-jitconfig", status, body);
        AnswerTo("GET", "", 200, List());
        var run = SomeRun.In(_state);

        var failure = await Assert.ThrowsAsync<HostException>(() => Function().EvaluateAsync("acme/site", run, Cancellation));
        Assert.StartsWith("gha-jit-config acme/site: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.False(Assert.Single(Leases(run)).Acquired);
        Assert.Equal(status == 409 ? 2 : 1, Methods.Count(method => method == "POST")); // it may have registered a runner each time
    }

    [Fact]
    public async Task A_runner_of_that_name_is_this_runs_own_and_gives_way()
    {
        var run = SomeRun.In(_state);
        var name = $"vm-1-{run.Run}";
        _server.Given(Request.Create().UsingPost().WithPath(Path + "/generate-jitconfig")).InScenario("taken").WillSetStateTo("once")
            .RespondWith(Response.Create().WithStatusCode(409).WithBody("""{ "message": "Already exists" }"""));
        _server.Given(Request.Create().UsingPost().WithPath(Path + "/generate-jitconfig")).InScenario("taken").WhenStateIs("once")
            .RespondWith(Response.Create().WithStatusCode(201).WithHeader("Content-Type", "application/json").WithBody($$"""{ "encoded_jit_config": "{{Config}}" }"""));
        AnswerTo("GET", "", 200, List((3, name + "x"), (4, name)));
        AnswerTo("DELETE", "/4", 204, "");

        Assert.Equal(Config, (await Function().EvaluateAsync("acme/site", run, Cancellation)).Reveal());
        Assert.Equal(["POST", "GET", "DELETE", "POST"], Methods);
    }

    [Fact]
    public async Task Only_the_runner_of_exactly_that_name_is_removed_on_whichever_page_it_is()
    {
        AnswerPage(1, List([.. Enumerable.Range(1, 100).Select(id => ((long)id, $"mine-{id}"))]));
        AnswerPage(2, List((101, "Mine"), (102, "mine")));
        AnswerTo("DELETE", "/102", 204, "");

        Assert.True(await ReleaseAsync("mine"));
        Assert.Equal(["GET", "GET", "DELETE"], Methods);
    }

    [Fact]
    public async Task A_runner_that_is_not_there_is_nothing_to_remove()
    {
        AnswerTo("GET", "", 200, List((3, "another")));

        Assert.False(await ReleaseAsync("mine"));
    }

    [Theory]
    [InlineData(404, null)]
    [InlineData(422, "takes the runner for busy (422)")]
    [InlineData(503, "GitHub itself failed (503")]
    [InlineData(401, "does not accept the token")]
    public async Task What_GitHub_says_to_a_removal_decides_whether_it_is_done(int status, string? words)
    {
        AnswerTo("GET", "", 200, List((3, "mine")));
        AnswerTo("DELETE", "/3", status, """{ "message": "as GitHub put it" }""");

        if (words is null)
        {
            Assert.True(await ReleaseAsync("mine"));
            return;
        }

        Assert.Contains(words, (await Assert.ThrowsAsync<HostException>(() => ReleaseAsync("mine"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_portals_page_removes_no_runner()
    {
        AnswerTo("GET", "", 200, List((3, "mine")));
        _server.Given(Request.Create().UsingDelete().WithPath(Path + "/3")).RespondWith(
            Response.Create().WithStatusCode(200).WithHeader("Content-Type", "text/html").WithBody("<html>Welcome to our hotel</html>"));

        var failure = await Assert.ThrowsAsync<HostException>(() => ReleaseAsync("mine"));
        Assert.Contains("did not answer the way GitHub's API does", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registration_whose_connection_is_cut_is_asked_for_once_and_a_list_several_times()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var asked = CutAsync(listener);
        using var github = new GitHubApi(Settings with { ApiUrl = new Uri($"http://{listener.LocalEndpoint}") }, _time);
        var runners = new GitHubRunners(github);

        await Assert.ThrowsAsync<HostException>(() => runners.RegisterAsync("subject", GitHubScope.Parse("acme/site"), "mine", ["x"], group: null, refused: () => { }, Cancellation));
        await Assert.ThrowsAsync<HostException>(() => runners.CheckAsync("subject", GitHubScope.Parse("acme/site"), group: null, Cancellation));

        listener.Stop();
        var lines = await asked;
        Assert.Single(lines, line => line.StartsWith("POST ", StringComparison.Ordinal));
        Assert.InRange(lines.Count(line => line.StartsWith("GET ", StringComparison.Ordinal)), 4, 16); // .NET itself tries what was sent without a body again, up to three times
    }

    [Theory]
    [InlineData(200, "{}")]
    [InlineData(200, "<html>a captive portal</html>")]
    [InlineData(404, """{ "message": "Not Found" }""")]
    [InlineData(429, "{}")]
    [InlineData(500, "")]
    public async Task A_runner_is_seen_also_where_nobody_can_tell_which_version_of_it_is_out(int status, string body)
    {
        AnswerTo("GET", "", 200, List((3, "mine")));
        AnswerTo("GET", "/downloads", status, body);

        var sight = await Runners().LookAsync(new Lease("gha-runner", $"{_server.Url}/api/v3/repos/acme/site", "mine"), Cancellation);

        Assert.Equal(new LeaseSight(LeaseView.Unused), sight);
    }

    [Theory]
    [InlineData(200, "{}")]
    [InlineData(200, "<html>a captive portal</html>")]
    [InlineData(404, """{ "message": "Not Found" }""")]
    public async Task Where_nobody_can_tell_whether_it_is_there_it_does_not_count_as_gone(int status, string body)
    {
        AnswerTo("GET", "", status, body);

        await Assert.ThrowsAsync<HostException>(() => ReleaseAsync("mine"));
    }

    [Fact]
    public async Task A_runner_on_another_GitHub_is_looked_for_nowhere_else()
    {
        var lease = new Lease("gha-runner", "https://api.github.com/repos/acme/site", "mine");

        var failure = await Assert.ThrowsAsync<HostException>(() => Runners().ReleaseAsync(lease, Cancellation));
        Assert.Contains("github.api-url", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_server.LogEntries);
    }

    [Fact]
    public void A_name_fits_GitHubs_bound_and_keeps_the_run_id()
    {
        var run = VmId.Create(_time);
        var name = Runners().LeaseOf(GitHubScope.Parse("acme/site"), run, new string('x', 63)).Name;

        Assert.Equal(64, name.Length);
        Assert.EndsWith($"x-{run}", name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whether_the_token_may_see_the_runners_is_known_without_registering_one()
    {
        AnswerTo("GET", "", 200, List());
        await Function().CheckAsync("acme/site", Cancellation);

        Assert.Equal(["GET"], Methods);
    }

    // Reads what is asked, and hangs up.
    private static async Task<List<string>> CutAsync(TcpListener listener)
    {
        var asked = new List<string>();
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(Cancellation);
                var buffer = new byte[8192];
                try
                {
                    asked.Add(Encoding.ASCII.GetString(buffer, 0, await client.GetStream().ReadAsync(buffer, Cancellation)));
                }
                catch (IOException)
                {
                    // Who asked has gone.
                }
            }
        }
        catch (Exception error) when (error is SocketException or InvalidOperationException or OperationCanceledException)
        {
            return asked;
        }
    }

    private IEnumerable<string> Methods => _server.LogEntries.Select(entry => entry.RequestMessage!.Method);

    private static string List(params (long Id, string Name)[] runners)
    {
        var items = runners.Select(runner => $$"""{ "id": {{runner.Id}}, "name": "{{runner.Name}}", "os": "unknown", "status": "offline", "busy": false, "labels": [] }""");
        return $$"""{ "total_count": {{runners.Length}}, "runners": [{{string.Join(',', items)}}] }""";
    }

    private IReadOnlyList<NotedLease> Leases(RunContext run) => new LeaseStore(_state).Read(run.Run)!.Leases;

    private GitHubRunners Runners() => new(new GitHubApi(Settings, _time));

    private GhaJitConfigFunction Function() => new(Settings.Credentials, Runners());

    private Task<bool> ReleaseAsync(string name) =>
        Runners().ReleaseAsync(new Lease("gha-runner", $"{_server.Url}/api/v3/repos/acme/site", name), Cancellation);

    private void AnswerTo(string method, string path, int status, string body) => Answer(method, Path + path, status, body);

    private void Answer(string method, string path, int status, string body) =>
        _server.Given(Request.Create().UsingMethod(method).WithPath(path)).RespondWith(
            Response.Create().WithStatusCode(status).WithHeader("Content-Type", "application/json").WithBody(body));

    private void AnswerPage(int page, string body) =>
        _server.Given(Request.Create().UsingGet().WithPath(Path).WithParam("page", $"{page}")).RespondWith(
            Response.Create().WithStatusCode(200).WithHeader("Content-Type", "application/json").WithBody(body));
}

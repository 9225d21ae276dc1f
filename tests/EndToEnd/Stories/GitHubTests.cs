using System.Net;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>Tokens that GitHub does not mint, or not in time. That minted ones reach the guest and nobody else, <see cref="EveryDriver.SecretStories"/> tell.</summary>
public sealed class GitHubTests
{
    private const string Simple = $$"""{ "token": "{{FakeGitHub.Call}}" }""";

    [Fact]
    public async Task Without_a_token_of_its_own_the_program_asks_nobody()
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        github.ConnectTo(bench);
        bench.Environment.Remove("GITHUB_TOKEN");
        bench.Describe(Simple);
        (await bench.StartRun().EndAsync()).Exited(2).OnlyError("GITHUB_TOKEN");
        Assert.Equal((0, 0), (github.Checks, github.Mints));
        bench.AssertNothingLeft();
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, "Administration: read and write")]
    [InlineData(HttpStatusCode.InternalServerError, "GitHub itself failed")]
    public async Task A_refusal_by_GitHub_is_explained_before_anything_is_made(HttpStatusCode status, string words)
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        github.ConnectTo(bench);
        github.Answer(status, "as GitHub put it");
        await RefuseAsync(bench, github, "acme/site", words, "as GitHub put it");
        Assert.Equal(status == HttpStatusCode.InternalServerError ? 4 : 1, github.Checks);
    }

    [Fact]
    public async Task A_used_up_rate_limit_is_told_with_its_end()
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        github.ConnectTo(bench);
        github.Answer(
            HttpStatusCode.Forbidden, "API rate limit exceeded", ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", $"{DateTimeOffset.UtcNow.AddMinutes(20).ToUnixTimeSeconds()}"));
        await RefuseAsync(bench, github, "rate limit for this token is used up (403)", " UTC, in 20 min");
    }

    [Fact]
    public async Task A_GitHub_that_is_not_there_is_named()
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        github.ConnectTo(bench);
        github.Stop();
        await RefuseAsync(bench, github, "no connection", "github.api-url");
    }

    [Fact]
    public async Task Ctrl_C_while_GitHub_lets_us_wait_ends_the_run_before_it_begins()
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        github.ConnectTo(bench);
        github.Stall(atTheToken: false);
        bench.Describe(Simple);
        var run = bench.StartRun("--json");
        await github.Asked;

        run.Interrupt();

        var outcome = (await run.EndAsync()).Exited(130);
        Assert.Contains("interrupted before the guest started", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(["ended"], new RunEvents(outcome.Output).Names);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task Ctrl_C_while_a_token_is_minted_takes_the_prepared_machine_down()
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        github.ConnectTo(bench);
        github.Stall(atTheToken: true);
        bench.Describe(Simple);
        var run = bench.StartRun("--json");
        await run.OutputLineAsync("\"prepared\"");
        Assert.NotEqual(0, bench.Qemu);

        run.Interrupt();

        var events = new RunEvents((await run.EndAsync()).Exited(130).Output);
        Assert.Equal(["created", "prepared", "ended"], events.Names);
        bench.AssertNothingLeft();
    }

    private static async Task RefuseAsync(Workbench bench, FakeGitHub github, params string[] words)
    {
        bench.Describe(Simple);
        var line = (await bench.StartRun().EndAsync()).Exited(3).OnlyError(["gha-install-token", .. words]);
        Assert.DoesNotContain(github.Credential.Value, line, StringComparison.Ordinal);
        Assert.Equal(0, github.Mints);
        bench.AssertNothingLeft();
    }
}

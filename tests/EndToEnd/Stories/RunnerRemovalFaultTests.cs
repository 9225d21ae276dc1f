using System.Net;
using System.Text.Json;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>Each way in which the removal of a run's runner can go wrong: the run does not suffer from it, and what is owed is known until it is given back.</summary>
public sealed class RunnerRemovalFaultTests
{
    private const string Runners = "/repos/acme/site/actions/runners";
    private const string Busy = "GitHub takes the runner for busy (422); it notices within a quarter of an hour";
    private const string Limit = "GitHub's rate limit for this token is used up (4";

    // What is asked, the fault, and what is said of it.
    private static readonly (string Method, string Path, GitHubFault Fault, string Words)[] Faults =
    [
        ("GET", Runners, GitHubFault.Refusal(HttpStatusCode.Unauthorized, "Bad credentials"), "does not accept the token (401 Bad credentials)"),
        ("GET", Runners, GitHubFault.Refusal(HttpStatusCode.Forbidden, "Resource not accessible"), "the token may not do this (403 Resource not accessible): give it"),
        ("GET", Runners, GitHubFault.Refusal(HttpStatusCode.NotFound, "Not Found"), "GitHub has no such repository, or the token cannot see it (404 Not Found)"),
        ("GET", Runners, GitHubFault.Refusal(HttpStatusCode.TooManyRequests, "slow down", ("Retry-After", "90")), Limit),
        ("GET", Runners, GitHubFault.Page, "did not answer the way GitHub's API does"),
        ("DELETE", Runners + "/*", GitHubFault.Refusal(HttpStatusCode.Unauthorized, "Bad credentials"), "does not accept the token (401 Bad credentials)"),
        ("DELETE", Runners + "/*", GitHubFault.Refusal(HttpStatusCode.Forbidden, "Resource not accessible"), "the token may not do this (403 Resource not accessible): give it"),
        ("DELETE", Runners + "/*", GitHubFault.Refusal(HttpStatusCode.Forbidden, "API rate limit exceeded", ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "4000000000")), Limit),
        ("DELETE", Runners + "/*", GitHubFault.Refusal(HttpStatusCode.UnprocessableEntity, "busy"), Busy),
        ("DELETE", Runners + "/*", GitHubFault.Page, "did not answer the way GitHub's API does"),
    ];

    [Fact]
    public async Task A_removal_that_fails_is_told_owed_and_made_up_for_whatever_was_wrong()
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        var runner = await OweAsync(bench, github, GitHubFault.Cut, "the connection to");
        foreach (var (method, path, fault, words) in Faults)
        {
            github.Break(method, path, fault);
            var refused = await bench.Start("gc").EndAsync();
            github.Mend();

            Assert.Contains($"'{runner}'", refused.Error, StringComparison.Ordinal);
            Assert.Contains(words, refused.Error, StringComparison.Ordinal);
            await AssertOwedAsync(bench, runner, words);
            AssertNoSecret(bench, github, refused);
        }

        await SettleAsync(bench, github);
    }

    [Fact]
    public async Task A_removal_that_GitHub_says_nothing_to_keeps_nobody_for_long()
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        await OweAsync(bench, github, GitHubFault.Silence, "no answer within 15 s");

        await SettleAsync(bench, github);
    }

    [Fact]
    public async Task A_runner_that_somebody_else_removed_is_not_owed()
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        github.Break("DELETE", Runners + "/*", GitHubFault.Refusal(HttpStatusCode.NotFound, "Not Found"));
        await DescribeAsync(bench, github);

        Assert.DoesNotContain("gha-runner", (await bench.StartRun().EndAsync()).Exited(0).Error, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    /// <returns>The name of the runner that a run could not give back.</returns>
    private static async Task<string> OweAsync(Workbench bench, FakeGitHub github, GitHubFault fault, string words)
    {
        github.Break("DELETE", Runners + "/*", fault);
        await DescribeAsync(bench, github);

        var ended = (await bench.StartRun().EndAsync()).Exited(0);
        github.Mend();

        var runner = Assert.Single(github.Runners);
        Assert.Contains($"'{runner}'", ended.Error, StringComparison.Ordinal);
        Assert.Contains(words, ended.Error, StringComparison.Ordinal);
        await AssertOwedAsync(bench, runner, words);
        AssertNoSecret(bench, github, ended);
        Assert.Empty(Directory.GetDirectories(Path.Combine(bench.StateDirectory, "runs")));
        Assert.Empty(HostProcesses.Mentioning(bench.Name));
        return runner;
    }

    private static async Task AssertOwedAsync(Workbench bench, string runner, string words)
    {
        var owed = JsonElement.Parse((await bench.Start("list", "--json").EndAsync()).Exited(0).Output).EnumerateArray().Single();
        Assert.Equal(("owed", runner), (owed.GetProperty("state").GetString(), owed.GetProperty("lease").GetString()));
        Assert.Contains(words, owed.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    private static async Task SettleAsync(Workbench bench, FakeGitHub github)
    {
        Assert.Contains("released", (await bench.Start("gc").EndAsync()).Exited(0).Error, StringComparison.Ordinal);
        Assert.Empty(github.Runners);
        bench.AssertNothingLeft();
    }

    private static void AssertNoSecret(Workbench bench, FakeGitHub github, Outcome outcome)
    {
        var search = new SecretSearch(github.Secrets);
        Assert.Empty(search.InText("what was said", outcome.Output + outcome.Error).Concat(search.InFiles(bench.StateDirectory)));
    }

    private static async Task DescribeAsync(Workbench bench, FakeGitHub github)
    {
        github.ConnectTo(bench);
        await bench.DescribeAsync(SectorGuest.PowersOff, $$"""{ "runner": "{{FakeGitHub.JitCall}}" }""");
    }
}

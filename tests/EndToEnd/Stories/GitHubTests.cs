using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>Tokens that GitHub mints: they reach the guest and nobody else.</summary>
public sealed class GitHubTests
{
    private const string Simple = $$"""{ "token": "{{FakeGitHub.Call}}" }""";

    private static readonly string[] Secrets = [FakeGitHub.Minted, FakeGitHub.Credential, FakeGitHub.JitConfig];

    [Fact]
    public async Task A_token_and_what_its_runner_needs_reach_the_guest_and_nobody_else()
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        github.ConnectTo(bench);
        bench.Describe($$"""
            {
              "token": "{{FakeGitHub.Call}}", "again": ["{{FakeGitHub.Call}}"],
              "tiny": { "finish": "hang", "eject": false, "print-config": true }
            }
            """, instance => instance["github"] = new JsonObject { ["runner"] = "acme/site", ["labels"] = new JsonArray("linux", "gpu=a"), ["name"] = "fast" });
        var run = bench.StartRun();
        await run.ErrorLineAsync("started");

        // The guest never ejects, so that everything is there to be searched for as long as it takes.
        var directory = bench.RunDirectory;
        var told = await ReadConsoleAsync(bench, directory);
        Assert.Equal(FakeGitHub.Minted, told.GetProperty("config").GetProperty("token").GetString());
        Assert.Equal(FakeGitHub.Minted, told.GetProperty("config").GetProperty("again")[0].GetString());
        Assert.Equal((1, 1), (github.Checks, github.Mints));
        Assert.Equal(
            $$"""{"runner":"acme/site","jit-config":"{{FakeGitHub.JitConfig}}"}""",
            JsonSerializer.Serialize(told.GetProperty("config").GetProperty("github")));
        var runner = Assert.Single(github.Runners);
        Assert.Equal($"fast-{Path.GetFileName(directory)}", runner);
        Assert.Equal($$"""{"name":"{{runner}}","runner_group_id":1,"labels":["linux","gpu=a"]}""", Assert.Single(github.Registrations));
        AssertSecret(bench, run, directory);

        run.Interrupt();
        var outcome = (await run.EndAsync()).Exited(130);
        Assert.All(Secrets, secret => Assert.DoesNotContain(secret, outcome.Output + outcome.Error, StringComparison.Ordinal));
        Assert.Empty(github.Runners);
        bench.AssertNothingLeft();
    }

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
        Assert.DoesNotContain(FakeGitHub.Credential, line, StringComparison.Ordinal);
        Assert.Equal(0, github.Mints);
        bench.AssertNothingLeft();
    }

    private static async Task<JsonElement> ReadConsoleAsync(Workbench bench, string directory)
    {
        const string words = "guest: instance.json base64 ";
        var line = await bench.StartAny("tail", "-n", "+1", "-F", Path.Combine(directory, "console.log")).OutputLineAsync(words);
        return JsonElement.Parse(Convert.FromBase64String(line[(line.IndexOf(words, StringComparison.Ordinal) + words.Length)..]));
    }

    private static void AssertSecret(Workbench bench, StartedProgram run, string directory)
    {
        var qemu = bench.Qemu;
        Assert.DoesNotContain(FakeGitHub.Credential, HostProcesses.EnvironmentOf(qemu), StringComparison.Ordinal);
        Assert.DoesNotContain("GITHUB_TOKEN", HostProcesses.EnvironmentOf(qemu), StringComparison.Ordinal);
        string[] visible =
            [HostProcesses.CommandLineOf(qemu), HostProcesses.EnvironmentOf(qemu), HostProcesses.CommandLineOf(run.Pid)];
        foreach (var text in visible)
        {
            Assert.NotEmpty(text);
            Assert.All(Secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        }

        var files = Directory.GetFiles(bench.StateDirectory, "*", SearchOption.AllDirectories);
        Assert.Contains(Path.Combine(directory, "run.json"), files);

        // Sockets hold nothing, and neither does the lock, which nobody else can open.
        foreach (var file in files.Where(file => new FileInfo(file).Length > 0))
        {
            var text = Encoding.Latin1.GetString(File.ReadAllBytes(file));
            Assert.All(Secrets, secret => Assert.False(text.Contains(secret, StringComparison.Ordinal), $"{file} has {secret}"));
        }
    }
}

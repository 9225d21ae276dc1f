using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>Each call that the program makes to GitHub, and each way in which it can go wrong: a line for a person, no secret, and nothing left.</summary>
public sealed class GitHubFaultTests
{
    public static TheoryData<string> Calls => [.. GitHubCall.All.Select(call => call.Name)];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Each_refusal_of_a_call_is_told_with_its_reason_and_its_remedy(string name)
    {
        var call = GitHubCall.All.Single(call => call.Name == name);
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        await FailAsync(bench, github, call, GitHubFaultCase.Refusals);
    }

    [Fact]
    public Task A_GitHub_that_stumbles_is_told_whatever_it_was_asked() => FailAllAsync(GitHubFaultCase.Stumbles);

    [Fact]
    public Task A_GitHub_that_says_nothing_is_not_waited_for_longer_than_half_a_minute_whatever_it_was_asked() => FailAllAsync([GitHubFaultCase.Silence]);

    // All at once: what takes time is to wait.
    private static Task FailAllAsync(IReadOnlyList<GitHubFaultCase> faults) => Task.WhenAll(GitHubCall.All.Select(async call =>
    {
        await using var bench = new Workbench();
        using var github = new FakeGitHub();
        await FailAsync(bench, github, call, faults);
    }));

    private static async Task FailAsync(Workbench bench, FakeGitHub github, GitHubCall call, IReadOnlyList<GitHubFaultCase> faults)
    {
        call.Describe(bench, github);
        foreach (var fault in faults)
        {
            if (fault.Words(call) is { } words)
            {
                await FailAsync(bench, github, call, fault, words);
            }
        }

        var search = new SecretSearch(github.Secrets);
        Assert.Empty(search.InFiles(bench.StateDirectory).Concat(search.InFiles(bench.TemporaryDirectory)));
        bench.AssertNothingLeft();
    }

    private static async Task FailAsync(Workbench bench, FakeGitHub github, GitHubCall call, GitHubFaultCase fault, string words)
    {
        github.Break(call.Method, call.Path, fault.Fault);
        var outcome = (await bench.Start(call.CommandOf(bench)).EndAsync()).Exited(3);
        github.Mend();

        // What is said besides, to whoever wants to know all, is a trace.
        var line = Assert.Single(outcome.ErrorLines, line => line.StartsWith("error: ", StringComparison.Ordinal));
        Assert.True(line.StartsWith($"error: {call.Subject}", StringComparison.Ordinal) && line.Contains(words, StringComparison.Ordinal), $"{call}: {line}");
        Assert.Empty(new SecretSearch(github.Secrets).InText("what was said", outcome.Output + outcome.Error));
        if (call.Registers && fault.IsUncertain)
        {
            // gc would look for it once more, ten seconds later.
            File.Delete(Assert.Single(Directory.GetFiles(Path.Combine(bench.StateDirectory, "leases"))));
        }
    }
}
